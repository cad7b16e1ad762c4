import { expect, test } from "vitest";
import { aCluster, type NodeSpec } from "../../test/support/a-cluster.ts";
import { planFix } from "../plan/plan-fix.ts";
import { restOfFix } from "./rest-of-fix.ts";

const asked = { deep: false, "unreachable-ok": false, "on-conflict": "refuse" };
const counted = (keys: number, engine: "redis" | "valkey") => ({
  keysInOpenSlots: new Map([[7, keys]]),
  engine,
});

/** Nobody owns slot 7, and two nodes hold keys of it unless only one does. */
function planOn(engine: "redis" | "valkey", keysAtB = 1) {
  const nodes: NodeSpec[] = [
    { name: "a", slots: "0-6", view: counted(2, engine) },
    { name: "b", slots: "8-16383", view: counted(keysAtB, engine) },
  ];
  return planFix({ topology: aCluster(nodes), wish: { slots: undefined } });
}

test.each([
  { what: "as it was", flags: asked, rest: "slotctl fix SEED --deep" },
  {
    what: "with what it was told besides",
    flags: { ...asked, slots: "0-9", "unreachable-ok": true, "on-conflict": "keep-owner", "save-to": "lost" },
    rest: "slotctl fix SEED --deep --slots 0-9 --unreachable-ok --on-conflict keep-owner --save-to lost",
  },
  {
    what: "with a file that a shell would take for several words",
    flags: { ...asked, "save-to": "/var/it's lost" },
    rest: String.raw`slotctl fix SEED --deep --save-to '/var/it'\''s lost'`,
  },
])("a repair that gathers keys on Valkey is finished by a deep one, $what", ({ flags, rest }) => {
  expect(restOfFix(planOn("valkey"), { seed: "SEED", flags })).toBe(rest);
});

test.each([
  { what: "on Redis", plan: planOn("redis"), flags: asked },
  { what: "where all keys are at the new owner", plan: planOn("valkey", 0), flags: asked },
  { what: "that was a deep one", plan: planOn("valkey"), flags: { ...asked, deep: true } },
])("a repair $what is finished by the same command", ({ plan, flags }) => {
  expect(restOfFix(plan, { seed: "SEED", flags })).toBeUndefined();
});
