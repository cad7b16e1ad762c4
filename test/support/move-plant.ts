import type { Redis } from "ioredis";

/**
 * Lets a node that does not own `slot` hold keys of it, as a MIGRATE that died between the two nodes does
 * (redis/redis#1616). The slot is closed again afterwards.
 */
export async function plantKeys(
  { node, slot, ownerId }: { node: Redis; slot: number; ownerId: string },
  commands: readonly (readonly [name: string, ...args: string[]])[],
): Promise<void> {
  await node.call("CLUSTER", "SETSLOT", slot, "IMPORTING", ownerId);
  for (const [name, ...args] of commands) {
    const results = await node
      .pipeline()
      .call("ASKING")
      .call(name, ...args)
      .exec();
    for (const [error] of results ?? []) if (error) throw error;
  }
  await node.call("CLUSTER", "SETSLOT", slot, "STABLE");
}
