import { expect, test } from "vitest";
import { aCluster } from "../../test/support/a-cluster.ts";
import { aPlan, aSmallCluster, everyNote, everyStep } from "../../test/support/every-step.ts";
import { faultsIn } from "../../test/support/schema-faults.ts";
import { findLosses } from "../cluster/find-losses.ts";
import { NodeFailed } from "../errors.ts";
import type { PairProgress, PairWait, RunEvent } from "../plan/run-event.ts";
import type { DescribedProblem } from "./describe-problem.ts";
import { failureEnvelope, successEnvelope } from "./envelope.ts";
import { changeJson, nothingMoved } from "./json-change.ts";
import { checkJson } from "./json-check.ts";
import { infoJson } from "./json-info.ts";
import { planJson } from "./json-plan.ts";
import { eventJson } from "./json-progress.ts";
import type { PairRate } from "./pair-rates.ts";

const problem: DescribedProblem = {
  code: "slots-open",
  severity: "error",
  message: "Slot 5 is open.",
  nodes: ["10.0.0.1:6379"],
  slots: "5",
  hint: "slotctl check",
};
const { slots: _, ...withoutSlots } = problem;

/** A healthy shard, a replica that lags, a node that is silent, one without an address, and a mixed engine. */
const troubled = aCluster([
  { name: "a", slots: "0-5,7", keys: 3 },
  {
    name: "r",
    replicaOf: "a",
    keys: 3,
    view: { replication: { role: "replica", offset: 400, linkUp: true, syncing: false } },
  },
  { name: "b", slots: "8-16383", flags: ["fail"], unreached: { state: "silent", detail: "no reply in 5 s" } },
  { name: "s", replicaOf: "b", view: { engine: "valkey", version: "9.1.0" } },
  { name: "ghost", flags: ["noaddr"], unreached: { state: "no-address", detail: "" } },
]);

const placesOfTroubled = new Map(
  troubled.nodes.map(({ id }, index) => [id, { zone: `z${index % 2}`, host: `h${index}` }]),
);

test("info is as its schema says, whatever state the nodes are in", () => {
  for (const topology of [aSmallCluster(), troubled])
    expect(faultsIn("info", infoJson(topology))).toEqual([]);
});

test("a key that no schema names is found out here, and no trouble to anybody else", () => {
  const faults = faultsIn("info", { ...infoJson(troubled), surprise: true });
  expect(faults).toEqual(["data must NOT have additional properties"]);
});

test("info tells what is known and null for what only a silent node knows", () => {
  const { nodes, shards, totals } = infoJson(troubled);
  expect(nodes[0]).toEqual({
    id: expect.stringMatching(/^61/) as string,
    address: "10.0.0.1:6379",
    role: "primary",
    slots: "0-5,7",
    slotCount: 7,
    keys: 3,
    memoryBytes: 1_000_000,
    engine: "redis",
    version: "7.0.15",
    reachable: true,
    flags: [],
  });
  expect(nodes[1]).toMatchObject({ role: "replica", primaryId: nodes[0]?.id, lagBytes: 600 });
  expect(nodes[2]).toMatchObject({ reachable: false, keys: null, engine: null, flags: ["fail", "silent"] });
  expect(nodes[2]).not.toHaveProperty("memoryBytes");
  // Its primary is silent, so nobody knows how far it is behind.
  expect(nodes[3]).not.toHaveProperty("lagBytes");
  expect(shards.map(({ keys }) => keys)).toEqual([3, null]);
  expect(totals).toEqual({ keys: 3, slotsCovered: 16_383, primaries: 2, replicas: 2 });
});

test.each([
  { name: "nothing", described: [], state: "ok" },
  { name: "a note", described: [{ ...withoutSlots, severity: "info" as const }], state: "ok" },
  { name: "a warning", described: [{ ...problem, severity: "warning" as const }], state: "problems" },
  { name: "an error", described: [problem], state: "problems" },
])("check that found $name is as its schema says", ({ described, state }) => {
  const data = checkJson(troubled, described, findLosses(troubled, placesOfTroubled));
  expect(faultsIn("check", data)).toEqual([]);
  expect(data.state).toBe(state);
  expect(data.problems).toEqual(described);
});

test("a plan with every kind of step and note is as its schema says", () => {
  expect(
    faultsIn("plan", planJson(aPlan({ basis: troubled, steps: everyStep(), notes: everyNote() }))),
  ).toEqual([]);
});

test("a plan is what it was decided on, its steps and its summary", () => {
  const steps = everyStep().filter(({ kind }) => kind === "move-slots");
  const { basis, ...plan } = planJson(aPlan({ steps }));
  expect(basis.nodes[0]).toEqual({
    id: expect.stringMatching(/^61/) as string,
    address: "10.0.0.1:6379",
    role: "primary",
    epoch: 1,
    slots: "0-8191",
  });
  expect(basis.nodes[1]).toMatchObject({ role: "replica", primaryId: basis.nodes[0]?.id });
  expect(plan).toMatchObject({
    schemaVersion: 1,
    command: "rebalance",
    steps: [{ kind: "move-slots", to: { address: "10.0.0.2:6379" }, slots: "5-6", slotCount: 2 }],
    summary: "1 step: 2 slots move from 10.0.0.1:6379 to 10.0.0.2:6379.",
  });
});

test("a changing command's data is as its schema says", () => {
  const plan = aPlan({ steps: everyStep() });
  expect(faultsIn("change", changeJson({ plan, applied: 0, moved: nothingMoved, problems: [] }))).toEqual([]);
  const movers = [
    { mover: "redis-atomic", slots: 2, keys: 6 },
    { mover: "classic", slots: 1, keys: 1 },
  ] as const;
  const moved = { slots: 3, keys: 7, seconds: 0.50049, movers };
  const data = changeJson({ plan, applied: 11, moved, problems: [problem, withoutSlots] });
  expect(faultsIn("change", data)).toEqual([]);
  expect(data.moved).toEqual({ slots: 3, keys: 7, seconds: 0.5, mover: "redis-atomic", movers });
  expect(changeJson({ plan, applied: 0, moved: nothingMoved, problems: [] }).moved.mover).toBeNull();
});

test("an envelope is as its schema says, and takes from an error only what may be seen", () => {
  expect(faultsIn("envelope", successEnvelope("info", infoJson(troubled)))).toEqual([]);
  const error = new NodeFailed("It said no.", {
    code: "command-failed",
    node: "10.0.0.1:6379",
    hint: "Look.",
  });
  expect(faultsIn("envelope", failureEnvelope("info", error, { nodes: [] }))).toEqual([]);
  const foreign = Object.assign(new Error("it broke"), {
    oclif: { exit: 2 },
    env: { SLOTCTL_PASSWORD: "x" },
  });
  expect(faultsIn("envelope", failureEnvelope("info", foreign))).toEqual([]);
  expect(failureEnvelope("info", foreign)).toEqual({
    schemaVersion: 1,
    command: "info",
    ok: false,
    error: { code: "unexpected", message: "it broke" },
  });
});

test("every event is as its schema says", () => {
  const pair = {
    from: "a:1",
    to: "b:1",
    slotsDone: 1,
    slotsTotal: 2,
    keysDone: 3,
    keysTotal: 4,
    mover: "classic" as const,
  };
  const waits: (PairWait | undefined)[] = [
    undefined,
    { kind: "turn" },
    { kind: "latency", node: "a:1", latencyMs: 14.2 },
    { kind: "rate" },
    { kind: "servers", state: "snapshotting", reason: "" },
  ];
  const pairs = waits.map((waitsFor) => ({ ...pair, waitsFor, bytesDone: waitsFor && 100 }));
  const figures = { slotsDone: 1, slotsTotal: 2, keysDone: 3, keysTotal: 4, keysPerSecond: 1.5, pairs };
  const steps = everyStep();
  const events: RunEvent[] = [
    { event: "plan", plan: aPlan({ steps }) },
    ...steps.flatMap((step, index): RunEvent[] => [
      { event: "step-start", index, step },
      { event: "step-end", index, step, seconds: 0.1 },
    ]),
    { event: "progress", ...figures, etaSeconds: undefined },
    { event: "progress", ...figures, pairs: pairs.slice(1), etaSeconds: 2.5 },
    { event: "waiting", what: "state-ok", nodes: ["10.0.0.1:6379"] },
    { event: "migration-found", from: "a:1", to: "b:1", slots: "0-5,7" },
    { event: "warning", message: "so it is", node: undefined },
    { event: "warning", message: "so it is", node: "10.0.0.1:6379" },
    { event: "done", applied: 3, seconds: 1.5 },
  ];
  const rates = [{ keysPerSecond: 5, etaSeconds: undefined }];
  for (const event of events) {
    expect(faultsIn("progress", eventJson(event, { atMs: 0, rates }))).toEqual([]);
  }
});

test("a pair's progress tells what is known of it and null for what is not", () => {
  const pair = { from: "a:1", to: "b:1", slotsDone: 1, slotsTotal: 2, keysDone: 3, keysTotal: 4 };
  const told = (changes: Pick<PairProgress, "bytesDone" | "waitsFor">, rates: PairRate[]) =>
    eventJson(
      {
        event: "progress",
        ...pair,
        keysPerSecond: 1,
        etaSeconds: 1,
        pairs: [{ ...pair, mover: "valkey-atomic", ...changes }],
      },
      { atMs: 0, rates },
    );
  expect(told({ bytesDone: undefined, waitsFor: undefined }, [])).toMatchObject({
    pairs: [{ ...pair, mover: "valkey-atomic", keysPerSecond: null, etaSeconds: null, waitsFor: null }],
  });
  const waitsFor: PairWait = { kind: "latency", node: "a:1", latencyMs: 14 };
  expect(told({ bytesDone: 500, waitsFor }, [{ keysPerSecond: 7, etaSeconds: 8 }])).toMatchObject({
    bytesDone: 500,
    pairs: [{ bytesDone: 500, keysPerSecond: 7, etaSeconds: 8, waitsFor }],
  });
});
