import { type Address, formatAddress } from "../cluster/address.ts";
import { NodeFailed } from "../errors.ts";
import { denied, withoutArguments } from "./connection-failure.ts";
import { credentialsFor, type NodeAccess } from "./node-access.ts";
import { RawConnection } from "./raw-connection.ts";
import { isDenied, isLoading, isUnknownCommand, ReplyError } from "./reply-errors.ts";

/** A node that is alive says so every second, and gives up on a silent one after a minute itself (repl-timeout). */
const SILENCE_MS = 60_000;

/** The data of one node as an RDB, while the node sends it. */
export interface RdbStream extends Disposable {
  /** History that the offset counts in; with it, how far the snapshot goes. */
  readonly replicationId: string;
  readonly replicationOffset: number;
  /** When the node said that it begins, in milliseconds since 1970: its snapshot is of then, or a little older. */
  readonly snapshotAtMs: number;
  /** Undefined where the node sends while it writes (diskless), and does not know yet. */
  readonly bytesTotal: number | undefined;
  /** To be read once. @throws NodeFailed when the node breaks off before the end. */
  chunks(): AsyncGenerator<Buffer, void>;
}

/**
 * Asks a node for its data as a replica would, over a connection of its own: the node takes a snapshot, waits for
 * nobody, and sends it. Where the server knows of it (Redis 7.0, Valkey), it is told that only the RDB is wanted;
 * elsewhere it would go on with the writes that follow, and the connection is closed before.
 *
 * @throws ConnectFailed, NodeFailed or DeadlinePassed with the reason.
 */
export async function openRdbStream(
  address: Address,
  { access, signal }: { readonly access: NodeAccess; readonly signal: AbortSignal },
): Promise<RdbStream> {
  const connection = await RawConnection.open(address, access);
  const close = () => connection[Symbol.dispose]();
  signal.addEventListener("abort", close, { once: true });
  const dispose = () => {
    signal.removeEventListener("abort", close);
    close();
  };
  try {
    if (signal.aborted) close();
    const user = credentialsFor(access, address).username ?? "default";
    return {
      ...(await begin(connection, { address, user, replyMs: access.timeoutMs })),
      [Symbol.dispose]: dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

async function begin(
  connection: RawConnection,
  { address, user, replyMs }: { readonly address: Address; readonly user: string; readonly replyMs: number },
): Promise<Omit<RdbStream, typeof Symbol.dispose>> {
  const where = formatAddress(address);
  // The first two only make it easier: a server that does not know them sends its data all the same. PSYNC is refused
  // while replies are still on their way, so each is waited for.
  for (const words of [
    ["REPLCONF", "capa", "eof"],
    ["REPLCONF", "rdb-only", "1"],
  ]) {
    connection.send([words]);
    await connection.readLine(replyMs);
  }
  connection.send([["PSYNC", "?", "-1"]]);
  const reply = await connection.readLine(SILENCE_MS);
  const [, replicationId = "", offset] = /^\+FULLRESYNC (\S+) (\d+)/i.exec(reply) ?? [];
  if (offset === undefined) throw refusal(reply, { where, user });
  const snapshotAtMs = Date.now();
  const head = await connection.readLine(SILENCE_MS);
  const [, mark, size] = /^\$(?:EOF:(\S{40})|(\d+))$/.exec(head) ?? [];
  if (mark === undefined && size === undefined) throw refusal(head, { where, user });
  const start = { replicationId, replicationOffset: Number(offset), snapshotAtMs };
  return mark === undefined
    ? {
        ...start,
        bytesTotal: Number(size),
        chunks: () => ofLength(connection, { length: Number(size), where }),
      }
    : {
        ...start,
        bytesTotal: undefined,
        chunks: () => upToMark(connection, { mark: Buffer.from(mark), where }),
      };
}

async function* ofLength(
  connection: RawConnection,
  { length, where }: { length: number; where: string },
): AsyncGenerator<Buffer, void> {
  for (let left = length; left > 0;) {
    const chunk = await connection.read(SILENCE_MS);
    if (!chunk) throw brokenOff(where);
    yield chunk.length <= left ? chunk : chunk.subarray(0, left);
    left -= chunk.length;
  }
}

/**
 * The mark is as random as it is long, so it is nowhere in the data; and a node sends nothing behind it before it has
 * heard from us. It may come in two pieces.
 */
async function* upToMark(
  connection: RawConnection,
  { mark, where }: { mark: Buffer; where: string },
): AsyncGenerator<Buffer, void> {
  let held = Buffer.alloc(0);
  while (!held.equals(mark)) {
    const chunk = await connection.read(SILENCE_MS);
    if (!chunk) throw brokenOff(where);
    // What is long is not copied: what was held back goes in front of it by itself.
    const isLong = chunk.length >= mark.length;
    const bytes = isLong ? chunk : Buffer.concat([held, chunk]);
    if (isLong && held.length > 0) yield held;
    const end = Math.max(0, bytes.length - mark.length);
    if (end > 0) yield bytes.subarray(0, end);
    held = Buffer.from(bytes.subarray(end));
  }
}

/** Why a node does not send its data. */
function refusal(reply: string, { where, user }: { where: string; user: string }): Error {
  const said = withoutArguments(reply.replace(/^[-+]/, "")).replace(/\.$/, "");
  const error = new ReplyError(said);
  if (isDenied(error)) return denied(where, said, { user, command: "PSYNC" });
  const known = KNOWN.find(({ is }) => is(error));
  return new NodeFailed(
    `${where} does not send its data: ${known?.reason ?? (said === "" ? "it sent no reply" : said)}.`,
    {
      code: known?.code ?? "save-refused",
      node: where,
      reason: known?.reason ?? said,
      hint: known?.hint ?? "Its log says more.",
    },
  );
}

const KNOWN: readonly {
  readonly is: (error: ReplyError) => boolean;
  readonly code: string;
  readonly reason: string;
  readonly hint: string;
}[] = [
  {
    is: isLoading,
    code: "node-loading",
    reason: "it is still loading its own data",
    hint: "Wait until it has loaded them, then run the same command again.",
  },
  {
    is: (error) => /NOMASTERLINK|not connected with (?:my|our) (?:master|primary)/i.test(error.message),
    code: "replica-without-link",
    reason: "it is a replica without a link to its primary",
    hint: "Take the data from the primaries with --from primaries.",
  },
  {
    is: isUnknownCommand,
    code: "command-missing",
    reason: "it has no command PSYNC",
    hint: "PSYNC may have been renamed in its configuration: a backup needs it under its own name.",
  },
];

function brokenOff(where: string): NodeFailed {
  return new NodeFailed(`${where} broke off before all of its data was sent.`, {
    code: "save-broken-off",
    node: where,
    reason: "it broke off before all of its data was sent",
    hint: "Its log says why: often its disk or memory is full, or client-output-buffer-limit for replicas is too small.",
  });
}
