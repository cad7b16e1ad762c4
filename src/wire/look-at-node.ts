import { createHmac, randomBytes } from "node:crypto";
import { UNREACHED_CODES } from "../cluster/how-unreached.ts";
import type { Look, NodeView, Unreached } from "../cluster/node-view.ts";
import { parseNodes } from "../cluster/parse-nodes.ts";
import { COMPARED_SETTINGS } from "../cluster/settings.ts";
import { SLOT_COUNT } from "../cluster/slot-set.ts";
import { ConnectFailed, messageOf, SlotctlError } from "../errors.ts";
import { commandName } from "./command-name.ts";
import type { Command, Reply } from "./command.ts";
import type { Connection } from "./connection.ts";
import { MOVING_QUESTIONS, readMovingFacts } from "./moving-facts.ts";
import type { LookWishes } from "./node-client.ts";
import { databasesOf, engineOf, parseInfo, replicationOf } from "./parse-info.ts";
import { missingReason } from "./rehearse-commands.ts";
import { isLoading, isUnknownCommand, ReplyError } from "./reply-errors.ts";
import { sendIn } from "./send-in.ts";

const BASICS: readonly Command[] = [["CLUSTER", "NODES"], ["CLUSTER", "INFO"], ["INFO"], ["DBSIZE"]];

/** Asks one node for all it reports, in one round trip. Never throws: a silent node is a finding. */
export async function lookAtNode(connection: Connection, wishes: LookWishes = {}): Promise<Look> {
  const { address } = connection;
  try {
    const countSlots = wishes.deep ? everySlot() : (wishes.countSlots ?? []);
    const settingNames = wishes.settings ? COMPARED_SETTINGS.flatMap((setting) => setting.names) : [];
    const asked = [...BASICS, ...countSlots.map(countKeysIn)];
    const replies = await connection.send([
      ...asked,
      ...settingNames.map((name): Command => ["CONFIG", "GET", name]),
      ...(wishes.moving ? MOVING_QUESTIONS : []),
    ]);
    // A setting that is not to be had is left out; a count that is not to be had must not read as zero.
    const needed = replies.slice(0, asked.length);
    connection.refuseDenied(needed, asked);
    const unreached = whyNoView(needed, asked);
    if (unreached) return { address, unreached };
    const view = readView(connection, needed);
    const counts = await addOtherDatabases(connection, {
      info: String(needed[2]),
      countSlots,
      counts: needed.slice(BASICS.length).map(Number),
    });
    const settings = replies.slice(needed.length, needed.length + settingNames.length);
    const moving = replies.slice(needed.length + settingNames.length);
    return {
      address,
      view: {
        ...view,
        ...readCounts(view, { countSlots, counts, deep: wishes.deep ?? false }),
        ...(wishes.settings ? { settings: readSettings(settings) } : {}),
        ...(wishes.moving ? readMovingFacts(moving, String(needed[2])) : {}),
      },
    };
  } catch (error) {
    return { address, unreached: unreachedBy(error) };
  }
}

function countKeysIn(slot: number): Command {
  return ["CLUSTER", "COUNTKEYSINSLOT", slot];
}

function everySlot(): number[] {
  return Array.from({ length: SLOT_COUNT }, (_, slot) => slot);
}

function whyNoView(needed: readonly Reply[], asked: readonly Command[]): Unreached | undefined {
  const index = needed.findIndex((reply) => reply instanceof ReplyError);
  const error = needed[index];
  if (!(error instanceof ReplyError)) return undefined;
  if (isLoading(error)) return { state: "loading", detail: "still loading its data" };
  if (/cluster support disabled/i.test(error.message)) {
    return { state: "not-a-cluster-node", detail: "it runs without cluster-enabled yes" };
  }
  if (isUnknownCommand(error)) {
    return { state: "not-a-cluster-node", detail: missingReason(commandName(asked[index])) };
  }
  return { state: "not-a-cluster-node", detail: error.message.replace(/\.$/, "") };
}

function readView(connection: Connection, [nodes, clusterInfo, infoText, keys]: readonly Reply[]): NodeView {
  const { self, others } = parseNodes(String(nodes));
  const cluster = parseInfo(String(clusterInfo));
  const info = parseInfo(String(infoText));
  return {
    address: connection.address,
    self,
    lines: others,
    clusterState: cluster.get("cluster_state") === "ok" ? "ok" : "fail",
    currentEpoch: Number(cluster.get("cluster_current_epoch") ?? 0),
    hasConfigFile: info.has("config_file") ? info.get("config_file") !== "" : undefined,
    // An empty one is one that nobody has set.
    availabilityZone: info.get("availability_zone") || undefined,
    ...engineOf(info),
    replication: replicationOf(info),
    keys: Number(keys) + keysElsewhere(info),
    hasKeys: databasesOf(info).size > 0,
    memoryBytes: Number(info.get("used_memory") ?? 0),
    datasetBytes: Number(info.get("used_memory_dataset") ?? 0),
    maxmemoryBytes: Number(info.get("maxmemory") ?? 0),
    keysInOpenSlots: new Map(),
  };
}

/** Keys in databases other than 0, which DBSIZE does not count. */
function keysElsewhere(info: ReadonlyMap<string, string>): number {
  return [...databasesOf(info)].reduce((sum, [database, keys]) => sum + (database === 0 ? 0 : keys), 0);
}

/** COUNTKEYSINSLOT speaks of the selected database only: what Valkey 9 keeps in others counts as well. */
async function addOtherDatabases(
  connection: Connection,
  { info, countSlots, counts }: { info: string; countSlots: readonly number[]; counts: readonly number[] },
): Promise<readonly number[]> {
  const others = [...databasesOf(parseInfo(info)).keys()].filter((database) => database !== 0);
  if (others.length === 0 || countSlots.length === 0) return counts;
  const commands = countSlots.map(countKeysIn);
  const perDatabase = await Promise.all(others.map((database) => sendIn(connection, { database, commands })));
  for (const replies of perDatabase) connection.refuseDenied(replies, commands);
  return counts.map((count, index) =>
    perDatabase.reduce((sum, replies) => sum + Number(replies[index]), count),
  );
}

function readCounts(
  view: NodeView,
  { countSlots, counts, deep }: { countSlots: readonly number[]; counts: readonly number[]; deep: boolean },
): Partial<NodeView> {
  const held = new Map(countSlots.map((slot, index) => [slot, counts[index] ?? 0]));
  if (!deep) return { keysInOpenSlots: held };
  // A replica holds its primary's keys and owns no slot: only a primary can hold stray ones.
  const stray = [...held].filter(
    ([slot, keys]) => keys > 0 && view.self.role === "primary" && !view.self.slots.has(slot),
  );
  return { keysInOpenSlots: held, strayKeys: new Map(stray) };
}

/** Secrets never leave this function: a digest under a key of this process is enough to compare them. */
function readSettings(replies: readonly Reply[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const reply of replies) {
    if (Array.isArray(reply) && reply.length >= 2) values.set(String(reply[0]), String(reply[1]));
  }
  const settings = new Map<string, string>();
  for (const { names, secret } of COMPARED_SETTINGS) {
    const name = names.find((candidate) => values.has(candidate));
    const value = name === undefined ? undefined : values.get(name);
    if (name === undefined || value === undefined) continue;
    settings.set(names[0] ?? name, secret && value !== "" ? digest(value) : value);
  }
  return settings;
}

const DIGEST_KEY = randomBytes(16);

function digest(secret: string): string {
  return `digest:${createHmac("sha256", DIGEST_KEY).update(secret).digest("hex").slice(0, 16)}`;
}

function unreachedBy(error: unknown): Unreached {
  const detail = (error instanceof SlotctlError && error.reason) || messageOf(error);
  if (error instanceof ConnectFailed && error.code === UNREACHED_CODES.silent)
    return { state: "silent", detail };
  if (error instanceof ConnectFailed && error.code === UNREACHED_CODES.denied)
    return { state: "denied", detail };
  if (error instanceof SlotctlError) return { state: "unreachable", detail };
  return { state: "not-a-cluster-node", detail };
}
