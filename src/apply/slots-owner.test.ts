import { describe, expect, test } from "vitest";
import { aCluster, idOf } from "../../test/support/a-cluster.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import { nodeById } from "../cluster/topology.ts";
import { ownerNow } from "./slots-owner.ts";

const SLOTS = parseSlots("5-7");

/** What a node reports that owns these slots; undefined for one that does not answer. */
function viewWith(slots: string | undefined) {
  if (slots === undefined) return undefined;
  const topology = aCluster([{ name: "n", ...(slots === "" ? {} : { slots }) }]);
  return nodeById(topology, idOf("n"))?.view;
}

describe("who owns slots 5-7", () => {
  test.each([
    { name: "not moved", source: "0-100", target: "", owner: "source" },
    { name: "moved", source: "0-4,8-100", target: "5-7", owner: "target" },
    { name: "moved, and the source has none left", source: "", target: "5-7", owner: "target" },
    { name: "moved, and the source has not heard", source: "0-100", target: "5-7", owner: "unclear" },
    { name: "moved on by somebody else", source: "0-4", target: "8", owner: "neither" },
    { name: "divided", source: "0-5", target: "6-7", owner: "neither" },
    { name: "moved, and the source is dead", source: undefined, target: "5-7", owner: "target" },
    { name: "not moved, and the source is dead", source: undefined, target: "9", owner: "source" },
    { name: "not moved, and the target is dead", source: "0-100", target: undefined, owner: "source" },
    {
      name: "gone from the source, and the target is dead",
      source: "0-4",
      target: undefined,
      owner: "unclear",
    },
    { name: "both dead", source: undefined, target: undefined, owner: "unclear" },
  ])("$name: $owner", ({ source, target, owner }) => {
    expect(ownerNow({ slots: SLOTS, source: viewWith(source), target: viewWith(target) })).toBe(owner);
  });
});
