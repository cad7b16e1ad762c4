import { expect, test } from "vitest";
import { aCluster, idOf } from "../../test/support/a-cluster.ts";
import { formatAddress, parseAddress } from "../cluster/address.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { commandsNeeded } from "./commands-needed.ts";
import type { Step } from "./step.ts";

const node = (name: string, address: string) => ({ id: idOf(name), address: parseAddress(address) });
const a = node("a", "10.0.0.1:6379");
const b = node("b", "10.0.0.2:6379");
const c = node("c", "10.0.0.3:6379");
const slots = SlotSet.of([7]);

function needsOf(...steps: readonly Step[]): Record<string, readonly string[]> {
  const basis = aCluster([{ name: "a", slots: "0-16383" }, { name: "b" }, { name: "c" }]);
  const needs = commandsNeeded({ command: "reshard", basis, steps, notes: [] });
  return Object.fromEntries(needs.map(({ address, commands }) => [formatAddress(address), commands]));
}

test("a classic move needs more of its nodes than one that the servers do themselves", () => {
  const classic = needsOf({ kind: "move-slots", from: a, to: b, slots, mover: "classic" });
  expect(classic["10.0.0.1:6379"]).toEqual(
    expect.arrayContaining(["CLUSTER SETSLOT", "CLUSTER GETKEYSINSLOT", "MIGRATE", "PING"]),
  );
  expect(classic["10.0.0.2:6379"]).toEqual(
    expect.arrayContaining(["CLUSTER SETSLOT", "SELECT", "RESTORE-ASKING", "PING"]),
  );
  const atomic = needsOf({ kind: "move-slots", from: a, to: b, slots, mover: "valkey-atomic" });
  expect(atomic).toEqual({
    "10.0.0.1:6379": ["CLUSTER COUNTKEYSINSLOT", "PING"],
    "10.0.0.2:6379": ["PING"],
  });
});

test("what several steps need of one node is asked for once", () => {
  expect(
    needsOf(
      { kind: "forget", node: { id: c.id, address: c.address }, by: [a, b] },
      { kind: "forget", node: { id: idOf("d"), address: undefined }, by: [a] },
      { kind: "reset", node: c },
    ),
  ).toEqual({
    "10.0.0.1:6379": ["CLUSTER FORGET"],
    "10.0.0.2:6379": ["CLUSTER FORGET"],
    "10.0.0.3:6379": ["CLUSTER RESET"],
  });
});
