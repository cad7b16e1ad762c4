import { expect, test } from "vitest";
import type { Loss } from "../cluster/find-losses.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { renderLosses } from "./render-losses.ts";
import { makeTheme } from "./theme.ts";

const canvas = { theme: makeTheme({ colour: false, unicode: false }), columns: 100 };

function aLoss(changes: Partial<Loss>): Loss {
  return {
    level: "zone",
    place: "x",
    nodeIds: ["1", "2"],
    slotsLost: SlotSet.empty,
    slotsTakenOver: SlotSet.empty,
    isQuorumLost: false,
    ...changes,
  };
}

test.each([
  { name: "nothing known", losses: [], said: [] },
  {
    name: "no harm",
    losses: [aLoss({}), aLoss({ level: "host" })],
    said: ["+ No single zone or host takes a slot or the majority with it.", ""],
  },
  {
    name: "slots",
    losses: [aLoss({ slotsLost: SlotSet.of([1, 2]) }), aLoss({ place: "y" })],
    said: ["If it is lost", "  zone x (2 nodes): 2 slots are lost.", ""],
  },
  {
    name: "all slots",
    losses: [aLoss({ slotsLost: SlotSet.all, isQuorumLost: true })],
    said: ["If it is lost", "  zone x (2 nodes): all slots are lost.", ""],
  },
  {
    name: "the majority",
    losses: [aLoss({ isQuorumLost: true, slotsTakenOver: SlotSet.of([1, 2, 3]) })],
    said: [
      "If it is lost",
      "  zone x (2 nodes): no majority is left, so nobody takes 3 slots over by itself.",
      "",
    ],
  },
])("of $name", ({ losses, said }) => {
  expect(renderLosses(losses, canvas)).toEqual(said);
});

test("very many are not all told", () => {
  const lines = renderLosses(
    Array.from({ length: 30 }, (_, index) => aLoss({ place: `${index}`, slotsLost: SlotSet.of([index]) })),
    canvas,
  );
  expect(lines.at(-2)).toContain("and 22 more");
});
