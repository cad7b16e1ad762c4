import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSlots } from "../cluster/parse-slots.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { evenMoves } from "./even-moves.ts";

const slotsOf = (spec: Readonly<Record<string, string>>) =>
  Object.entries(spec).map(([id, slots]) => ({ id, slots: slots ? parseSlots(slots) : SlotSet.empty }));

test.each([
  {
    name: "whoever serves another in full does so first",
    holders: { a: "0-29", b: "30-49", c: "", d: "" },
    shares: { a: 10, b: 10, c: 20, d: 10 },
    moves: ["a c 0-19", "b d 30-39"],
  },
  {
    name: "a drained shard is parted between its neighbours at their borders",
    holders: { a: "0-9", b: "10-29", c: "30-39" },
    shares: { a: 20, b: 0, c: 20 },
    moves: ["b a 10-19", "b c 20-29"],
  },
  {
    name: "a stranger does not cut off what touches a neighbour",
    holders: { b: "100-129", c: "200-209", d: "90-99" },
    shares: { b: 10, c: 20, d: 20 },
    moves: ["b c 110-119", "b d 100-109"],
  },
])("$name", ({ holders, shares, moves }) => {
  const made = evenMoves({ holders: slotsOf(holders), shares: new Map(Object.entries(shares)) });
  expect(made.map(({ fromId, toId, slots }) => `${fromId} ${toId} ${slots.toString()}`)).toEqual(moves);
});

const someHolders = fc.array(fc.nat(6), { minLength: 1, maxLength: 120 }).map((owners) =>
  Array.from({ length: 7 }, (_, id) => ({
    id: `n${String(id)}`,
    slots: SlotSet.of(owners.flatMap((owner, slot) => (owner === id ? [slot] : []))),
  })),
);

test("reaches the shares with the surplus alone, in few pairs, each adding one range at most", () => {
  fc.assert(
    fc.property(someHolders, fc.array(fc.nat(6), { minLength: 120, maxLength: 120 }), (holders, wanted) => {
      const total = holders.reduce((sum, { slots }) => sum + slots.size, 0);
      const shares = new Map(
        holders.map(({ id }, index) => [
          id,
          wanted.slice(0, total).filter((owner) => owner === index).length,
        ]),
      );
      const moves = evenMoves({ holders, shares });
      const after = new Map(holders.map(({ id, slots }) => [id, slots]));
      for (const { fromId, toId, slots } of moves) {
        expect(slots.minus(after.get(fromId) ?? SlotSet.empty).size).toBe(0);
        after.set(fromId, (after.get(fromId) ?? SlotSet.empty).minus(slots));
        after.set(toId, (after.get(toId) ?? SlotSet.empty).union(slots));
      }
      expect(new Map([...after].map(([id, slots]) => [id, slots.size]))).toEqual(shares);
      const surplus = holders.map(({ id, slots }) => Math.max(0, slots.size - (shares.get(id) ?? 0)));
      const moved = moves.reduce((sum, { slots }) => sum + slots.size, 0);
      expect(moved).toBe(surplus.reduce((sum, count) => sum + count, 0));
      expect(moves.length).toBeLessThan(holders.length);
      const rangesOf = (sets: readonly SlotSet[]) => sets.reduce((sum, { ranges }) => sum + ranges.length, 0);
      expect(rangesOf([...after.values()])).toBeLessThanOrEqual(
        rangesOf(holders.map(({ slots }) => slots)) + moves.length,
      );
    }),
  );
});
