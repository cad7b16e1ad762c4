import { expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import { Refused, UsageError } from "../errors.ts";
import type { Plan } from "./plan.ts";
import { planReshard, type ReshardWish } from "./plan-reshard.ts";

const fourAndAnEmptyOne: readonly NodeSpec[] = [
  { name: "a", slots: "0-4095" },
  { name: "b", slots: "4096-8191" },
  { name: "c", slots: "8192-12287" },
  { name: "d", slots: "12288-16383" },
  { name: "e" },
  { name: "r", replicaOf: "a" },
];

test.each<{
  name: string;
  to?: string;
  from: readonly string[] | "all";
  slots: number | string;
  moves: string[];
}>([
  {
    name: "ten of four equal sources are ten",
    from: "all",
    slots: 10,
    moves: ["a e 0-2", "b e 4096-4098", "c e 8192-8193", "d e 12288-12289"],
  },
  { name: "all that one source has", from: ["b"], slots: 4096, moves: ["b e 4096-8191"] },
  { name: "a source named twice counts once", from: ["b", "b"], slots: 2, moves: ["b e 4096-4097"] },
  {
    name: "all does not mean the target",
    to: "a",
    from: "all",
    slots: 3,
    moves: ["b a 4096", "c a 8192", "d a 12288"],
  },
  { name: "none", from: "all", slots: 0, moves: [] },
  {
    name: "named slots, whoever has them",
    from: "all",
    slots: "4090-4100,9000",
    moves: ["a e 4090-4095", "b e 4096-4100", "c e 9000"],
  },
  {
    name: "named slots that are there already",
    to: "a",
    from: "all",
    slots: "4000-4100",
    moves: ["b a 4096-4100"],
  },
  {
    name: "nothing but such slots, from what is a replica by now",
    to: "a",
    from: ["r"],
    slots: "0-9",
    moves: [],
  },
])("$name", ({ to = "e", from, slots, moves }) => {
  expect(movesOf(reshard(fourAndAnEmptyOne, { to, from, slots }))).toEqual(moves);
});

test.each<{
  name: string;
  to?: string;
  from: readonly string[] | "all";
  slots: number | string;
  message: RegExp;
}>([
  { name: "more than there is", from: ["a"], slots: 4097, message: /4097 slots .* have 4096/ },
  { name: "a replica as target", to: "r", from: "all", slots: 1, message: /target .* is a replica/ },
  { name: "a replica as source", from: ["r"], slots: 1, message: /source .* is a replica/ },
  { name: "a dead target", to: "x", from: "all", slots: 1, message: /target .* does not answer: refused/ },
  { name: "a dead source", from: ["x"], slots: 1, message: /source .* does not answer/ },
  {
    name: "slots that others own",
    from: ["a"],
    slots: "4095-4097",
    message: /10\.0\.0\.2:6379 owns 4096-4097/,
  },
])("refuses $name", ({ to = "e", from, slots, message }) => {
  const dead: NodeSpec = { name: "x", unreached: { state: "unreachable", detail: "refused" } };
  const planning = () => reshard([...fourAndAnEmptyOne, dead], { to, from, slots });
  expect(planning).toThrow(Refused);
  expect(planning).toThrow(message);
});

test("refuses slots that nobody owns, and names them", () => {
  const specs = [{ name: "a", slots: "0-99" }, { name: "e" }];
  expect(() => reshard(specs, { to: "e", from: "all", slots: "90-120" })).toThrow(/nobody owns 100-120/);
});

test("refuses when one of all sources would have to give and does not answer", () => {
  const specs: NodeSpec[] = [
    { name: "a", slots: "0-99" },
    { name: "b", slots: "100-199", unreached: { state: "silent", detail: "no reply" } },
    { name: "e" },
  ];
  expect(() => reshard(specs, { to: "e", from: "all", slots: 10 })).toThrow(
    /10\.0\.0\.2:6379 does not answer/,
  );
  expect(movesOf(reshard(specs, { to: "e", from: "all", slots: "0-9" }))).toEqual(["a e 0-9"]);
});

test.each<{ name: string; to?: string; from: readonly string[] }>([
  { name: "the target as a source", from: ["a", "e"] },
  { name: "an unknown source", from: ["nobody"] },
  { name: "an unknown target", to: "nobody", from: ["a"] },
])("$name is a usage error", ({ to = "e", from }) => {
  expect(() => reshard(fourAndAnEmptyOne, { to, from, slots: 1 })).toThrow(UsageError);
});

test("a source that gives its last slot may become a replica", () => {
  expect(reshard(fourAndAnEmptyOne, { to: "e", from: ["b"], slots: 4096 }).notes).toEqual([
    { kind: "becomes-empty", node: idOf("b"), target: idOf("e") },
  ]);
});

/** Slot 5 is half way from `a` to `b`. */
const stoppedRun: readonly NodeSpec[] = [
  { name: "a", slots: "0-99", open: [{ slot: 5, direction: "migrating", peer: "b" }], view: counted() },
  { name: "b", slots: "100-199", open: [{ slot: 5, direction: "importing", peer: "a" }], view: counted() },
  { name: "e", view: counted(0) },
];

test("what an earlier run left open is finished, together with more of the same pair", () => {
  const plan = reshard(stoppedRun, { to: "b", from: ["a"], slots: "0-9" });
  expect(plan.notes).toEqual([{ kind: "continues-earlier-run", slots: "5" }]);
  expect(movesOf(plan)).toEqual(["a b 0-9"]);
});

test("an open slot that goes further waits until it has arrived", () => {
  const plan = reshard(stoppedRun, { to: "e", from: ["b"], slots: "5,100" });
  expect(movesOf(plan)).toEqual(["a b 5", "b: settle 5 at a b", "b e 5,100"]);
});

test("an open slot and other pairs are moved side by side", () => {
  const plan = reshard(stoppedRun, { to: "e", from: "all", slots: "0,100" });
  expect(movesOf(plan)).toEqual(["a b 5", "a e 0", "b e 100"]);
});

function reshard(
  specs: readonly NodeSpec[],
  wish: { to: string; from: readonly string[] | "all"; slots: number | string },
): Plan {
  const slots = typeof wish.slots === "number" ? wish.slots : parseSlots(wish.slots);
  const fromIds: ReshardWish["fromIds"] = wish.from === "all" ? "all" : wish.from.map(idOf);
  return planReshard({
    topology: aCluster(specs),
    wish: { toId: idOf(wish.to), fromIds, slots },
    mover: "classic",
  });
}

function movesOf(plan: Plan): string[] {
  return plan.steps.map((step) => {
    if (step.kind === "move-slots")
      return `${nodeName(step.from)} ${nodeName(step.to)} ${step.slots.toString()}`;
    if (step.kind !== "settle-slot") return step.kind;
    return `${nodeName(step.owner)}: settle ${step.slots.toString()} at ${step.openAt.map(nodeName).join(" ")}`;
  });
}

function nodeName({ id }: { readonly id: string }): string {
  return Buffer.from(id.replace(/(00)+$/, ""), "hex").toString();
}

function counted(keys = 1) {
  return { keysInOpenSlots: new Map([[5, keys]]) };
}
