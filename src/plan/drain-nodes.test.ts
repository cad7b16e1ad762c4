import fc from "fast-check";
import { expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { nodeById, primariesOf } from "../cluster/topology.ts";
import { drainNodes } from "./drain-nodes.ts";
import { afterMoves } from "./slot-move.ts";

test("drained slots all find a place, the shards that stay only gain, and end as level as can be", () => {
  const sizes = fc.array(fc.nat(400), { minLength: 2, maxLength: 7 });
  fc.assert(
    fc.property(sizes, fc.nat(126), (counts, mask) => {
      const names = counts.map((_, index) => `n${String(index)}`);
      const leaving = names.filter((_, index) => (mask >> index) % 2 === 1);
      fc.pre(leaving.length < names.length);
      const before = aCluster(clusterOf(counts));
      const leavingIds = new Set(leaving.map(idOf));
      const planned = drainNodes({ topology: before, leavingIds });
      const moves = planned.steps.flatMap((step) => (step.kind === "move-slots" ? [step] : []));
      const after = afterMoves(
        before,
        moves.map(({ from, to, slots }) => ({ fromId: from.id, toId: to.id, slots })),
      );
      expect(planned.after).toEqual(after);
      const [gone, left] = [true, false].map((leaves) =>
        primariesOf(after).filter(({ id }) => leavingIds.has(id) === leaves),
      );
      expect(gone?.filter(({ slots }) => slots.size > 0)).toEqual([]);
      const total = counts.reduce((sum, count) => sum + count, 0);
      expect(left?.reduce((sum, { slots }) => sum + slots.size, 0)).toBe(total);
      const gained = left?.map(({ id, slots }) => ({
        size: slots.size,
        gain: slots.size - (nodeById(before, id)?.slots.size ?? 0),
      }));
      expect(gained?.filter(({ gain }) => gain < 0)).toEqual([]);
      const receiving = gained?.filter(({ gain }) => gain > 0).map(({ size }) => size) ?? [];
      const owners = gained?.filter(({ size, gain }) => size > gain) ?? [];
      // Whoever gains ends no more than one slot above any shard that could have gained instead.
      for (const { size } of owners) expect(Math.max(0, ...receiving)).toBeLessThanOrEqual(size + 1);
    }),
  );
});

function clusterOf(counts: readonly number[]): NodeSpec[] {
  let next = 0;
  return counts.map((count, index) => {
    const first = next;
    next += count;
    const name = `n${String(index)}`;
    return count > 0 ? { name, slots: `${String(first)}-${String(next - 1)}` } : { name };
  });
}
