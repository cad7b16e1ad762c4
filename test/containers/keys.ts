import keySlot from "cluster-key-slot";
import type { ContainerCluster } from "./container-cluster.ts";

const TAGS = 300;

/** One run of it fills many slots, which a script may only do that says so; on its own node's slots alone. */
const SCRIPT = `#!lua flags=allow-cross-slot-keys
for _, tag in ipairs(ARGV) do
  for key = 1, 100 do redis.call("SET", "{" .. tag .. "}" .. key, tag) end
end`;

/** Writes 30,000 keys into 300 slots. Returns how many there are. */
export async function loadKeys(cluster: ContainerCluster): Promise<number> {
  const tags = Array.from({ length: TAGS }, (_, index) => `tag-${index}`);
  await Promise.all(
    cluster.nodes.map(async (node) => {
      const { slots, role } = await cluster.lineOf(node);
      const own = tags.filter((tag) => slots.has(keySlot(tag)));
      if (role === "primary" && own.length > 0) await cluster.ask(node, "EVAL", SCRIPT, "0", ...own);
    }),
  );
  return TAGS * 100;
}
