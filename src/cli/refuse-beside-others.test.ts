import { expect, test } from "vitest";
import { Refused } from "../errors.ts";
import type { Plan } from "../plan/plan.ts";
import { refuseBesideOthers } from "./refuse-beside-others.ts";

const plan: Plan = { command: "reshard", basis: { nodes: [] }, steps: [], notes: [] };
const held = {
  hold: () => Promise.reject(new Refused("Another slotctl is moving slots.", { code: "another-run" })),
};

test("what another run has in hand is not taken for what an earlier one has left", async () => {
  const going: Plan = { ...plan, notes: [{ kind: "continues-earlier-run", slots: "5" }] };
  await expect(refuseBesideOthers(going, held)).rejects.toMatchObject({ code: "another-run" });
});

test("nodes are not asked where nothing is left", async () => {
  await expect(refuseBesideOthers(plan, held)).resolves.toBeUndefined();
});
