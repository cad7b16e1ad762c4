import keySlot from "cluster-key-slot";
import { SLOT_COUNT } from "../../src/cluster/slot-set.ts";
import { askAll, linesOf } from "./live-node.ts";
import type { RunningNode } from "./servers/start-nodes.ts";

/** A key of a slot: always the same one. */
export function keyIn(slot: number): string {
  const key = keysBySlot[slot];
  if (key === undefined) throw new Error(`${slot} is no slot`);
  return key;
}

/**
 * Writes a key into every slot, each at the node that `witness` takes for its owner, once and at once.
 * Returns what was refused: nothing where the cluster is ready for use.
 */
export async function writeToEverySlot(
  nodes: readonly RunningNode[],
  witness: RunningNode,
): Promise<string[]> {
  const owners = (await linesOf(witness)).filter((line) => line.slots.size > 0);
  const covered = owners.reduce((sum, line) => sum + line.slots.size, 0);
  const refused = await Promise.all(
    owners.map(async (line) => {
      // A node that nobody has ever met does not know its own address.
      const port = line.address?.port ?? witness.port;
      const node = nodes.find((candidate) => candidate.port === port);
      if (!node) return [`nobody runs at the address of ${line.id}`];
      const writes = [...line.slots].map((slot) => ["SET", keyIn(slot), `value of ${slot}`]);
      const replies = await askAll(node, writes);
      return replies.flatMap((reply) =>
        reply instanceof Error ? [`${node.address}: ${reply.message}`] : [],
      );
    }),
  );
  return [
    ...(covered === SLOT_COUNT ? [] : [`${SLOT_COUNT - covered} slots have no owner`]),
    ...refused.flat(),
  ];
}

const keysBySlot = findKeys();

function findKeys(): string[] {
  const keys: string[] = [];
  let found = 0;
  for (let index = 0; found < SLOT_COUNT; index++) {
    const key = `slot-key:${index}`;
    const slot = keySlot(key);
    if (keys[slot] !== undefined) continue;
    keys[slot] = key;
    found++;
  }
  return keys;
}
