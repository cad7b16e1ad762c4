import { Redis } from "ioredis";

/**
 * The least that moves slots fast: 64 at a time through SETSLOT, GETKEYSINSLOT, MIGRATE and SETSLOT NODE, each
 * stage down one pipeline per node, all sources side by side. It looks at nothing, waits for nothing and
 * gives up at the first error, so it is a bound for what a mover can reach and no mover.
 *
 *     node bare-pipeline.ts COUNT TARGET SOURCE…
 */
const slotsAtOnce = 64;
const keysPerMigrate = 100;
const migrateTimeoutMs = 5000;

interface Node {
  readonly client: Redis;
  readonly id: string;
  readonly slots: readonly number[];
  readonly host: string;
  readonly port: number;
}

const [count = "", ...addresses] = process.argv.slice(2);
const [target, ...sources] = await Promise.all(addresses.map(open));
if (!target || sources.length === 0) throw new Error("usage: bare-pipeline.ts COUNT TARGET SOURCE...");
const shares = sharesOf(Number(count), sources.length);
await Promise.all(
  sources.map((source, index) => move(source, { to: target, slots: source.slots.slice(0, shares[index]) })),
);
for (const { client } of [target, ...sources]) client.disconnect();

async function open(address: string): Promise<Node> {
  const [host = "", port = ""] = address.split(":");
  const client = new Redis({ host, port: Number(port), protocol: 2, retryStrategy: () => null });
  const nodes = String(await client.call("CLUSTER", "NODES"));
  const [id = "", , , , , , , , ...ranges] =
    nodes
      .split("\n")
      .find((line) => line.includes("myself"))
      ?.split(" ") ?? [];
  const slots = ranges.flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
  });
  return { client, id, slots, host, port: Number(port) };
}

function sharesOf(count: number, parts: number): number[] {
  const [whole, over] = [Math.floor(count / parts), count % parts];
  return Array.from({ length: parts }, (_, index) => whole + (index < over ? 1 : 0));
}

async function move(from: Node, { to, slots }: { to: Node; slots: readonly number[] }): Promise<void> {
  for (let start = 0; start < slots.length; start += slotsAtOnce) {
    const batch = slots.slice(start, start + slotsAtOnce);
    await send(
      to,
      batch.map((slot) => ["CLUSTER", "SETSLOT", slot, "IMPORTING", from.id]),
    );
    await send(
      from,
      batch.map((slot) => ["CLUSTER", "SETSLOT", slot, "MIGRATING", to.id]),
    );
    await empty(from, { to, batch });
    const owned = batch.map((slot) => ["CLUSTER", "SETSLOT", slot, "NODE", to.id]);
    await send(to, owned);
    await Promise.all(sources.map((source) => send(source, owned)));
  }
}

async function empty(from: Node, { to, batch }: { to: Node; batch: readonly number[] }): Promise<void> {
  for (let left = batch; left.length > 0;) {
    const lists = await send(
      from,
      left.map((slot) => ["CLUSTER", "GETKEYSINSLOT", slot, keysPerMigrate]),
    );
    const full = lists.filter((list): list is string[] => Array.isArray(list) && list.length > 0);
    const head = ["MIGRATE", to.host, to.port, "", 0, migrateTimeoutMs, "KEYS"];
    await send(
      from,
      full.map((keys) => [...head, ...keys]),
    );
    left = left.filter((_, index) => (lists[index] as string[]).length === keysPerMigrate);
  }
}

/** Down one pipeline; the replies, of which none may be an error. */
async function send(
  { client }: Node,
  commands: readonly (readonly (string | number)[])[],
): Promise<unknown[]> {
  if (commands.length === 0) return [];
  const results = await client
    .pipeline(commands.map(([name = "", ...args]) => ["call", name, ...args]))
    .exec();
  return (results ?? []).map(([error, reply]) => {
    if (error) throw error;
    return reply;
  });
}
