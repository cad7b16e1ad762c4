import type { Address } from "../../src/cluster/address.ts";
import { SlotSet } from "../../src/cluster/slot-set.ts";
import { nodeById, type Topology } from "../../src/cluster/topology.ts";
import type { Plan, PlanNote } from "../../src/plan/plan.ts";
import type { NodeRef, Step, StepKind } from "../../src/plan/step.ts";
import { aCluster, idOf } from "./a-cluster.ts";

/** A cluster of two primaries and a replica, and a node that nobody has an address of. */
export function aSmallCluster(): Topology {
  return aCluster([
    { name: "a", at: "10.0.0.1:6379", slots: "0-8191", keys: 100 },
    { name: "r", at: "10.0.0.3:6379", replicaOf: "a", keys: 100 },
    { name: "b", at: "10.0.0.2:6379", slots: "8192-16383", keys: 50 },
  ]);
}

export function refTo(topology: Topology, name: string): NodeRef {
  const node = nodeById(topology, idOf(name));
  if (!node?.address) throw new Error(`the imagined cluster has no node ${name} with an address`);
  return { id: node.id, address: node.address };
}

/** A step of each kind. A kind that is left out does not compile. */
export function everyStep(): Step[] {
  const topology = aSmallCluster();
  const [a, b, r] = [refTo(topology, "a"), refTo(topology, "b"), refTo(topology, "r")];
  const announced: Address = { host: "fd00::2", port: 6379 };
  const steps: { [Kind in StepKind]: Extract<Step, { kind: Kind }> } = {
    meet: { kind: "meet", node: a, peers: [{ ...b, announced, busPort: 16_379 }] },
    "assign-slots": { kind: "assign-slots", node: a, slots: SlotSet.of([1, 2, 3, 7]) },
    "set-epoch": { kind: "set-epoch", node: a, epoch: 7 },
    replicate: { kind: "replicate", replica: r, primary: a, syncAtOnce: true },
    "move-slots": { kind: "move-slots", from: a, to: b, slots: SlotSet.of([5, 6]), mover: "classic" },
    "settle-slot": { kind: "settle-slot", slots: SlotSet.of([9]), owner: a, openAt: [a, b] },
    "claim-slots": { kind: "claim-slots", owner: a, slots: SlotSet.of([10, 11]), rivals: [b] },
    "gather-keys": {
      kind: "gather-keys",
      from: b,
      to: a,
      slots: SlotSet.of([10, 11]),
      onConflict: "refuse",
    },
    failover: { kind: "failover", replica: r, primaryId: idOf("a"), mode: "force" },
    forget: { kind: "forget", node: { id: idOf("ghost"), address: undefined }, by: [a, b] },
    reset: { kind: "reset", node: b },
    "await-ok": { kind: "await-ok", node: a },
    "renew-id": { kind: "renew-id", node: b },
    "load-functions": { kind: "load-functions", from: a, to: b },
    "set-config": {
      kind: "set-config",
      node: a,
      setting: "cluster-node-timeout",
      value: "5000",
      before: "15000",
      keep: true,
    },
  };
  return Object.values(steps);
}

/** A note of each kind. A kind that is left out does not compile. */
export function everyNote(): PlanNote[] {
  const notes: { [Kind in PlanNote["kind"]]: Extract<PlanNote, { kind: Kind }> } = {
    placement: { kind: "placement", reached: "perfect" },
    "placement-level": {
      kind: "placement-level",
      level: "zone",
      places: 3,
      before: { together: 2, crowded: 1 },
      reached: { together: 1, crowded: 0 },
      gap: "no-spare-replica",
    },
    "merges-shards": {
      kind: "merges-shards",
      nodes: [idOf("b")],
      before: 4,
      left: 3,
      slots: 4096,
      keys: 1000,
      bytes: 5_000_000,
    },
    "no-automatic-failover": { kind: "no-automatic-failover", primaries: 2 },
    "lowers-settings": {
      kind: "lowers-settings",
      settings: ["cluster-node-timeout 503", "repl-diskless-sync-delay 0"],
    },
    "continues-earlier-run": { kind: "continues-earlier-run", slots: "5-6" },
    "moves-atomically": { kind: "moves-atomically", mover: "redis-atomic", pairs: 2, ofPairs: 3 },
    "moves-classically": {
      kind: "moves-classically",
      mover: "classic",
      reason: "server-too-old",
      nodes: [idOf("a")],
      modules: [],
      pairs: 1,
      ofPairs: 3,
    },
    "becomes-empty": { kind: "becomes-empty", node: idOf("a"), target: idOf("b") },
    "node-not-told": { kind: "node-not-told", node: "10.0.0.9:6379", detail: "no reply in 5 s" },
    "set-already": {
      kind: "set-already",
      setting: "cluster-node-timeout",
      value: "5000",
      nodes: [idOf("b")],
    },
    "not-kept": { kind: "not-kept", setting: "cluster-node-timeout", nodes: [idOf("a"), idOf("b")] },
    "rewrites-config": { kind: "rewrites-config" },
    "timeout-short": { kind: "timeout-short", timeoutMs: 500 },
    "timeout-long": { kind: "timeout-long", timeoutMs: 90_000 },
    "without-replica": { kind: "without-replica", node: idOf("a") },
    "not-undone": { kind: "not-undone", what: "slots-moved-since", nodes: [idOf("b")], slots: "5-6" },
    "writes-at-risk": { kind: "writes-at-risk", node: idOf("r"), lagBytes: undefined, mode: "force" },
  };
  return Object.values(notes);
}

export function aPlan(changes: Partial<Plan> = {}): Plan {
  return { command: "rebalance", basis: aSmallCluster(), steps: [], notes: [], ...changes };
}
