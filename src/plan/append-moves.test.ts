import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAddress } from "../cluster/address.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { appendMoves } from "./append-moves.ts";
import type { Mover } from "./mover.ts";
import { stagesOf } from "./stages-of.ts";
import type { NodeRef, Step, StepOf } from "./step.ts";

type MoveStep = StepOf<"move-slots">;

test.each<{ name: string; earlier: string[]; later: string[]; steps: string[] }>([
  {
    name: "nothing stands before",
    earlier: [],
    later: ["a b 5 classic", "a c 6 redis-atomic"],
    steps: ["a b 5 classic", "a c 6 redis-atomic"],
  },
  { name: "nothing follows", earlier: ["a b 5 classic"], later: [], steps: ["a b 5 classic"] },
  {
    name: "classic moves go side by side, each pair once",
    earlier: ["a b 5 classic", "c b 7 classic"],
    later: ["a b 6 classic", "a c 8 classic"],
    steps: ["a b 5-6 classic", "c b 7 classic", "a c 8 classic"],
  },
  {
    name: "the rest of an atomic migration goes with it",
    earlier: ["a b 0-9 redis-atomic"],
    later: ["a b 10-19 redis-atomic", "c d 50 classic"],
    steps: ["a b 0-19 redis-atomic", "c d 50 classic"],
  },
  {
    name: "a slot that travels twice has arrived before it goes on",
    earlier: ["a b 5 classic", "a c 6 classic"],
    later: ["b c 5 classic"],
    steps: ["a b 5 classic", "a c 6 classic", "b has 5, closed at a b", "b c 5 classic"],
  },
  {
    name: "an atomic migration waits for slots that are open at its nodes",
    earlier: ["a b 5 classic"],
    later: ["a b 6 redis-atomic", "c d 7 redis-atomic"],
    steps: ["a b 5 classic", "b has 5, closed at a b", "a b 6 redis-atomic", "c d 7 redis-atomic"],
  },
  {
    name: "a classic move waits for an atomic migration at its nodes, which leaves nothing open",
    earlier: ["a b 5 valkey-atomic"],
    later: ["c b 6 classic"],
    steps: ["a b 5 valkey-atomic", "b has 5", "c b 6 classic"],
  },
  {
    name: "an atomic migration waits for another one at its nodes",
    earlier: ["a b 5 redis-atomic"],
    later: ["b c 6 redis-atomic"],
    steps: ["a b 5 redis-atomic", "b has 5", "b c 6 redis-atomic"],
  },
  {
    name: "where nodes have nothing to do with each other, nobody waits",
    earlier: ["a b 5 redis-atomic"],
    later: ["c d 6 classic"],
    steps: ["a b 5 redis-atomic", "c d 6 classic"],
  },
])("$name", ({ earlier, later, steps }) => {
  expect(appendMoves(earlier.map(moveOf), later.map(moveOf)).map(inWords)).toEqual(steps);
});

test("moves behind a step of another kind are a stage of their own", () => {
  const close: Step = {
    kind: "settle-slot",
    slots: SlotSet.of([9]),
    owner: refTo("a"),
    openAt: [refTo("a")],
  };
  const steps = appendMoves([moveOf("a b 5 classic"), close], [moveOf("a b 6 classic")]);
  expect(steps.map(inWords)).toEqual(["a b 5 classic", "a has 9, closed at a", "a b 6 classic"]);
});

describe("whatever moves there are", () => {
  const move = fc
    .record({
      names: fc.shuffledSubarray(["a", "b", "c", "d", "e"], { minLength: 2, maxLength: 2 }),
      slots: fc.array(fc.nat(30), { minLength: 1, maxLength: 4 }).map((slots) => SlotSet.of(slots)),
      mover: fc.constantFrom<Mover>("classic", "redis-atomic", "valkey-atomic"),
    })
    .map(({ names: [from = "", to = ""], slots, mover }) => moveStep({ from, to, slots, mover }));
  // As planners make them: of moves that are planned together none shares a slot with another.
  const moves = fc.array(move, { maxLength: 4 }).map((list) =>
    list.flatMap((each, index) => {
      const taken = list.slice(0, index).reduce((all, { slots }) => all.union(slots), SlotSet.empty);
      const slots = each.slots.minus(taken);
      return slots.size === 0 ? [] : [{ ...each, slots }];
    }),
  );

  test("each slot ends where the last move of it goes", () => {
    fc.assert(
      fc.property(moves, moves, (earlier, later) => {
        expect(goals(appendMoves(earlier, later))).toEqual(goals([...earlier, ...later]));
      }),
    );
  });

  test("in one stage no slot travels twice, and nothing later is in the way of what stands before", () => {
    fc.assert(
      fc.property(moves, moves, (earlier, later) => {
        const stages = stagesOf(appendMoves(earlier, later)).filter(({ kind }) => kind === "move-slots");
        for (const { steps } of stages) {
          const slots = steps.flatMap((step) => (step.kind === "move-slots" ? [...step.slots] : []));
          expect(new Set(slots).size).toBe(slots.length);
        }
        const needsOrder = earlier.some((one) =>
          later.some((two) => {
            const shared = [one.from.id, one.to.id].some((id) => id === two.from.id || id === two.to.id);
            return shared && one.mover !== two.mover;
          }),
        );
        expect(stages.length).toBeGreaterThanOrEqual(needsOrder ? 2 : 0);
      }),
    );
  });
});

function goals(steps: readonly Step[]): Record<number, string> {
  const goal: Record<number, string> = {};
  for (const step of steps) {
    if (step.kind === "move-slots") for (const slot of step.slots) goal[slot] = step.to.id;
  }
  return goal;
}

/** `a b 0-9 classic`: from a to b. */
function moveOf(text: string): MoveStep {
  const [from = "", to = "", slots = "", mover = "classic"] = text.split(" ");
  return moveStep({ from, to, slots: parseSlots(slots), mover: mover as Mover });
}

function moveStep(move: { from: string; to: string; slots: SlotSet; mover: Mover }): MoveStep {
  return { ...move, kind: "move-slots", from: refTo(move.from), to: refTo(move.to) };
}

function refTo(name: string): NodeRef {
  return { id: name, address: parseAddress("10.0.0.1:6379") };
}

function inWords(step: Step): string {
  if (step.kind === "move-slots") return `${step.from.id} ${step.to.id} ${step.slots} ${step.mover}`;
  if (step.kind !== "settle-slot") return step.kind;
  const closed = step.openAt.length > 0 ? `, closed at ${step.openAt.map(({ id }) => id).join(" ")}` : "";
  return `${step.owner.id} has ${step.slots}${closed}`;
}
