import fc from "fast-check";
import { expect, test } from "vitest";
import { type Arc, cheapestFlow } from "./cheapest-flow.ts";

const costOf = (arcs: readonly Arc[], flows: readonly number[]) =>
  arcs.reduce((sum, { cost }, index) => sum + cost * (flows[index] ?? 0), 0);

/** What goes into a node less what comes out of it. */
function gain(arcs: readonly Arc[], flows: readonly number[], node: number): number {
  return arcs.reduce((sum, { from, to }, index) => {
    const flow = flows[index] ?? 0;
    return sum + (to === node ? flow : 0) - (from === node ? flow : 0);
  }, 0);
}

/** Every flow within the rooms that neither loses nor makes anything on the way, and arrives with most. */
function leastCost(arcs: readonly Arc[], { nodes, amount }: { nodes: number; amount: number }) {
  let best = { arrived: 0, cost: 0 };
  const flows: number[] = [];
  const fill = () => {
    const room = arcs[flows.length]?.room;
    if (room === undefined) {
      const arrived = gain(arcs, flows, 1);
      const isWhole = Array.from({ length: nodes - 2 }, (_, node) => node + 2).every(
        (node) => gain(arcs, flows, node) === 0,
      );
      const cost = costOf(arcs, flows);
      const isBetter = arrived > best.arrived || (arrived === best.arrived && cost < best.cost);
      if (isWhole && arrived <= amount && isBetter) best = { arrived, cost };
      return;
    }
    for (let flow = 0; flow <= room; flow++) {
      flows.push(flow);
      fill();
      flows.pop();
    }
  };
  fill();
  return best;
}

test("no flow that brings as much is cheaper, and none brings more", () => {
  const arc = fc
    .record({ from: fc.nat(4), to: fc.nat(4), room: fc.integer({ min: 1, max: 2 }), cost: fc.nat(5) })
    // Into the source or out of the sink nothing has to go.
    .filter(({ from, to }) => from !== to && to !== 0 && from !== 1);
  fc.assert(
    fc.property(fc.array(arc, { maxLength: 8 }), fc.integer({ min: 0, max: 3 }), (arcs, amount) => {
      const flows = cheapestFlow(arcs, { nodes: 5, amount });
      const best = leastCost(arcs, { nodes: 5, amount });
      expect(gain(arcs, flows, 1)).toBe(best.arrived);
      expect(costOf(arcs, flows)).toBe(best.cost);
      for (const [index, { room }] of arcs.entries()) {
        expect(flows[index]).toBeGreaterThanOrEqual(0);
        expect(flows[index]).toBeLessThanOrEqual(room);
      }
      for (const node of [2, 3, 4]) expect(gain(arcs, flows, node)).toBe(0);
    }),
    { numRuns: 300 },
  );
});

test("what took the only way of the next one is taken back", () => {
  const arcs = [
    { from: 0, to: 2, room: 1, cost: 0 },
    { from: 0, to: 3, room: 1, cost: 0 },
    { from: 2, to: 4, room: 1, cost: 1 },
    { from: 2, to: 5, room: 1, cost: 5 },
    { from: 3, to: 4, room: 1, cost: 2 },
    { from: 4, to: 1, room: 1, cost: 0 },
    { from: 5, to: 1, room: 1, cost: 0 },
  ];
  expect(cheapestFlow(arcs, { nodes: 6, amount: 1 })).toEqual([1, 0, 1, 0, 0, 1, 0]);
  expect(cheapestFlow(arcs, { nodes: 6, amount: 2 })).toEqual([1, 1, 0, 1, 1, 1, 1]);
});

test("where there is no way nothing goes", () => {
  expect(cheapestFlow([{ from: 0, to: 2, room: 3, cost: 0 }], { nodes: 3, amount: 2 })).toEqual([0]);
});
