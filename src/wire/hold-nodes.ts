import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type Address, formatAddress } from "../cluster/address.ts";
import { ConnectFailed, NodeFailed, Refused, Stale } from "../errors.ts";
import { Connection } from "./connection.ts";
import { eachNode } from "./each-node.ts";
import type { NodeAccess } from "./node-access.ts";

const NAME_PREFIX = "slotctl-moves-";
/** A run that was killed is forgotten by the nodes as soon as they are done with what it has sent last. */
const PATIENCE_MS = 2000;
/** A server may close connections that are idle (`timeout`), and a node that restarts forgets all names. */
const NAMED_AGAIN_MS = 1000;
const PAUSE_MS = { least: 50, most: 250 };

/**
 * Keeps other runs from moving slots at the same nodes. Two that give one slot to two targets would both
 * make theirs the owner, and the one that loses drops its keys; two that send to each other's nodes would
 * make these wait for each other. Of two that import the same keys, one would take what the other one has
 * deleted at the source for a client's wish, and delete it in the cluster as well.
 *
 * A run names its connections, and then looks whether another one has done so: of two, one at least sees
 * the other, whoever comes first. Names end with their connections, so a run that died holds nothing.
 * Nodes that do not let us see who is connected cannot be held; nor can those that do not answer, but from
 * and to these nothing moves.
 *
 * @param planHolds that another run has just ended changes nothing of what is planned.
 * @returns what has to be disposed of when the run is over.
 * @throws Refused while another run holds one of the nodes, Stale when it has just ended: what the plan was
 *   made on has changed.
 */
export async function holdNodes(
  addresses: readonly Address[],
  access: NodeAccess,
  { planHolds = false }: { readonly planHolds?: boolean } = {},
): Promise<Disposable> {
  const name = `${NAME_PREFIX}${randomBytes(8).toString("hex")}`;
  const connections = addresses.map((address) => new Connection(address, access));
  let naming: NodeJS.Timeout | undefined;
  const release = () => {
    clearInterval(naming);
    connections.forEach((connection) => connection.close());
  };
  try {
    await holdAll(connections, { name, planHolds });
    naming = setInterval(() => {
      void eachNode(connections, (connection) => rename(connection, name));
    }, NAMED_AGAIN_MS).unref();
    return { [Symbol.dispose]: release };
  } catch (error) {
    release();
    throw error;
  }
}

async function holdAll(
  connections: readonly Connection[],
  { name, planHolds }: { readonly name: string; readonly planHolds: boolean },
): Promise<void> {
  const startMs = performance.now();
  for (let rivalWas: Address | undefined; ;) {
    const rival = await heldByAnother(connections, name);
    if (!rival && (!rivalWas || planHolds)) return;
    if (!rival && rivalWas) throw changedMeanwhile(rivalWas);
    rivalWas = rival;
    if (rival && performance.now() - startMs > PATIENCE_MS) throw heldAlready(rival);
    // Whoever steps back lets the other one pass; chance keeps two from stepping back and forth in time.
    await eachNode(connections, (connection) => rename(connection, ""));
    await delay(PAUSE_MS.least + Math.random() * (PAUSE_MS.most - PAUSE_MS.least));
  }
}

/** Names all connections first and looks for other names then: the order is what makes it safe. */
async function heldByAnother(connections: readonly Connection[], name: string): Promise<Address | undefined> {
  await eachNode(connections, (connection) => rename(connection, name));
  const found = await eachNode(connections, async (connection) => {
    const [list] = await sendIfPossible(connection, ["CLIENT", "LIST"]);
    const names = [...String(list).matchAll(/ name=(\S*)/g)].map(([, given]) => given ?? "");
    return names.some((given) => given.startsWith(NAME_PREFIX) && given !== name) ? [connection.address] : [];
  });
  return found.flat()[0];
}

/** A server that closes idle connections may do so just now: the name is given once more then, on a new one. */
async function rename(connection: Connection, name: string): Promise<void> {
  const command = ["CLIENT", "SETNAME", name] as const;
  try {
    await connection.send([command]);
  } catch (error) {
    if (!isUnanswered(error)) throw error;
    if (error.code === "connection-lost") await sendIfPossible(connection, command);
  }
}

/** A node that does not answer is told of by whoever needs it; here it only cannot be held. */
async function sendIfPossible(
  connection: Connection,
  command: readonly [string, ...string[]],
): Promise<unknown[]> {
  try {
    return await connection.send([command]);
  } catch (error) {
    if (isUnanswered(error)) return [];
    throw error;
  }
}

function isUnanswered(error: unknown): error is ConnectFailed | NodeFailed {
  return error instanceof ConnectFailed || error instanceof NodeFailed;
}

function heldAlready(rival: Address): Refused {
  const node = formatAddress(rival);
  return new Refused(`Another slotctl is moving slots or keys at ${node}.`, {
    code: "another-run",
    node,
    hint: "Wait until it has ended, or stop it, then run the same command again.",
  });
}

function changedMeanwhile(rival: Address): Stale {
  const node = formatAddress(rival);
  return new Stale(`Another slotctl has just moved slots or keys at ${node}.`, {
    code: "another-run",
    node,
    hint: "Run the same command again to plan with the cluster as it is now.",
  });
}
