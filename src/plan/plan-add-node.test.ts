import { describe, expect, test } from "vitest";
import { aCluster, anEmptyNode, down, idOf, looksAt, type NodeSpec } from "../../test/support/a-cluster.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import { Refused, UsageError } from "../errors.ts";
import type { AddNodeInput } from "./add-node-input.ts";
import { planAddNode } from "./plan-add-node.ts";

const cluster: NodeSpec[] = [
  { name: "a", slots: "0-5460" },
  { name: "b", slots: "5461-10922" },
  { name: "c", slots: "10923-16383" },
  { name: "r", replicaOf: "a" },
];

const n = anEmptyNode("n", "10.0.1.1:6379");
const m = anEmptyNode("m", "10.0.1.2:6379");

function plan(input: Partial<AddNodeInput> = {}) {
  return planAddNode({
    topology: aCluster(cluster),
    newcomers: [n],
    wish: { replica: false },
    functions: new Set(),
    ...input,
  });
}

/** The cluster with further members, and the view of the first of those. */
function joined(...members: NodeSpec[]): { topology: AddNodeInput["topology"]; newcomers: NodeView[] } {
  const looks = looksAt([...cluster, ...members]).slice(cluster.length);
  const newcomers = looks.flatMap((look) => ("view" in look ? [look.view] : []));
  return { topology: aCluster([...cluster, ...members]), newcomers };
}

const asReplica = { replica: true };
const names = (refs: readonly { id: string }[]) =>
  refs.map(({ id }) => Buffer.from(id.slice(0, 2), "hex").toString()).join("");

describe("an empty node", () => {
  test("meets every node that answers", () => {
    const { command, steps, notes } = plan();
    expect(command).toBe("add-node");
    expect(notes).toEqual([]);
    expect(steps).toHaveLength(1);
    expect(steps[0]).toMatchObject({ kind: "meet", node: { id: idOf("n"), address: n.address } });
    expect(steps.flatMap((step) => (step.kind === "meet" ? [names(step.peers)] : []))).toEqual(["arbc"]);
  });

  test("gets the functions once it has joined, and before it can have a slot", () => {
    const functionSource = { id: idOf("b"), address: { host: "10.0.0.2", port: 6379 } };
    const { steps } = plan({ functionSource, newcomers: [n, m] });
    expect(steps.map(({ kind }) => kind)).toEqual(["meet", "meet", "load-functions", "load-functions"]);
    expect(steps[2]).toEqual({
      kind: "load-functions",
      from: functionSource,
      to: { id: idOf("n"), address: n.address },
    });
  });

  test("gets functions with the data if it becomes a replica, whatever it had", () => {
    const functionSource = { id: idOf("b"), address: { host: "10.0.0.2", port: 6379 } };
    const { steps } = plan({ functionSource, wish: asReplica, functions: new Set([idOf("n")]) });
    expect(steps.map(({ kind }) => kind)).toEqual(["meet", "replicate"]);
  });

  test("several meet each other once", () => {
    const { steps } = plan({ newcomers: [n, m] });
    expect(steps.flatMap((step) => (step.kind === "meet" ? [names(step.peers)] : []))).toEqual([
      "arbcm",
      "arbc",
    ]);
  });

  test("becomes a replica where one is needed most, one after the other", () => {
    const newcomers = [n, m, anEmptyNode("o", "10.0.1.3:6379"), anEmptyNode("p", "10.0.1.4:6379")];
    const { steps } = plan({ newcomers, wish: asReplica });
    const follows = steps.flatMap((step) => (step.kind === "replicate" ? [step] : []));
    expect(follows.map(({ replica, primary }) => names([replica, primary]))).toEqual([
      "nb",
      "mc",
      "oa",
      "pb",
    ]);
    expect(follows.every(({ syncAtOnce }) => !syncAtOnce)).toBe(true);
  });

  test("becomes a replica of the primary that is named", () => {
    const { steps } = plan({ newcomers: [n, m], wish: { replica: false, primaryId: idOf("a") } });
    const follows = steps.flatMap((step) => (step.kind === "replicate" ? [step] : []));
    expect(follows.map(({ replica, primary }) => names([replica, primary]))).toEqual(["na", "ma"]);
  });

  test("a node that does not answer is not met, and a note says so", () => {
    const topology = aCluster([...cluster, { name: "x", replicaOf: "b", unreached: down }]);
    const { steps, notes } = plan({ topology });
    expect(steps.flatMap((step) => (step.kind === "meet" ? [names(step.peers)] : []))).toEqual(["arbc"]);
    expect(notes).toEqual([{ kind: "node-not-told", node: idOf("x"), detail: "connection refused" }]);
  });
});

describe("running it again", () => {
  test("members that are what they shall be need nothing", () => {
    expect(plan(joined({ name: "n" }))).toMatchObject({ steps: [], notes: [] });
    expect(plan(joined({ name: "n", slots: "100-200", keys: 9, epoch: 99 }))).toMatchObject({ steps: [] });
    const asFollower = joined({ name: "n", replicaOf: "b", keys: 9 });
    expect(plan({ ...asFollower, wish: asReplica })).toMatchObject({ steps: [] });
    expect(plan({ ...asFollower, wish: { replica: true, primaryId: idOf("b") } })).toMatchObject({
      steps: [],
    });
  });

  test("a member that follows nobody yet is made a replica", () => {
    const { steps, notes } = plan({ ...joined({ name: "n" }), wish: asReplica });
    expect(steps).toMatchObject([{ kind: "replicate", replica: { id: idOf("n") } }]);
    expect(notes).toEqual([{ kind: "continues-earlier-run", slots: "" }]);
  });

  test("a newcomer that knows some nodes meets the others", () => {
    const { topology, newcomers } = joined({ name: "n" });
    const half = newcomers.map((view) => ({
      ...view,
      lines: view.lines
        .filter(({ id }) => id !== idOf("c"))
        .map((line) => (line.id === idOf("b") ? { ...line, flags: ["handshake"] } : line)),
    }));
    const { steps } = plan({ topology, newcomers: half });
    expect(steps.flatMap((step) => (step.kind === "meet" ? [names(step.peers)] : []))).toEqual(["bc"]);
  });

  test("a newcomer whose handshakes are under way meets everybody", () => {
    const knock = { ...m.self, id: "f".repeat(40), flags: ["handshake"] };
    const known = { ...knock, address: { host: "10.0.0.2", port: 6379 } };
    const { steps, notes } = plan({ newcomers: [{ ...n, lines: [known] }] });
    expect(steps.flatMap((step) => (step.kind === "meet" ? [names(step.peers)] : []))).toEqual(["arbc"]);
    expect(notes).toEqual([{ kind: "continues-earlier-run", slots: "" }]);
    const unknown = { ...knock, address: { host: "10.7.7.7", port: 6379 } };
    expect(() => plan({ newcomers: [{ ...n, lines: [unknown] }] })).toThrow(/10\.7\.7\.7:6379/);
  });

  test("functions that an earlier run loaded are no obstacle, and those it did not load come now", () => {
    const functionSource = { id: idOf("b"), address: { host: "10.0.0.2", port: 6379 } };
    const again = plan({ ...joined({ name: "n" }), functionSource, functions: new Set([idOf("n")]) });
    expect(again.steps).toEqual([]);
    const late = plan({ ...joined({ name: "n" }), functionSource });
    expect(late.steps).toMatchObject([{ kind: "load-functions", to: { id: idOf("n") } }]);
    expect(late.notes).toEqual([{ kind: "continues-earlier-run", slots: "" }]);
  });
});

describe("newcomers in the way", () => {
  const stranger = anEmptyNode("z", "10.7.7.7:6379").self;

  test.each<{ name: string; input: Partial<AddNodeInput>; code: string; message: RegExp }>([
    {
      name: "data, all of it named",
      input: {
        newcomers: [
          { ...n, hasKeys: true },
          { ...m, lines: [stranger], self: { ...m.self, slots: parseSlots("5") } },
        ],
      },
      code: "node-not-empty",
      message: /10\.0\.1\.2:6379 already knows nodes.* and owns slots 5; 10\.0\.1\.1:6379 holds keys/,
    },
    {
      name: "functions of its own",
      input: { functions: new Set([idOf("n")]) },
      code: "node-has-functions",
      message: /10\.0\.1\.1:6379 already contains functions/,
    },
    {
      name: "given twice",
      input: { newcomers: [n, { ...n, address: m.address }] },
      code: "same-node-twice",
      message: /10\.0\.1\.1:6379 and 10\.0\.1\.2:6379/,
    },
    {
      name: "the id of a member, on another address",
      input: { newcomers: [{ ...n, self: { ...n.self, id: idOf("b") } }] },
      code: "id-in-use",
      message: /10\.0\.1\.1:6379 has the id of 10\.0\.0\.2:6379/,
    },
    {
      name: "a member in use that shall become a replica",
      input: { ...joined({ name: "n", slots: "100-200", epoch: 99 }), wish: asReplica },
      code: "already-a-member",
      message: /owns slots 100-200/,
    },
    {
      name: "a member with keys that shall become a replica",
      input: { ...joined({ name: "n", keys: 5 }), wish: asReplica },
      code: "already-a-member",
      message: /holds keys/,
    },
    {
      name: "a replica that shall be a primary",
      input: joined({ name: "n", replicaOf: "b" }),
      code: "already-a-member",
      message: /is a replica of 62000000/,
    },
    {
      name: "a replica of another primary",
      input: { ...joined({ name: "n", replicaOf: "b" }), wish: { replica: true, primaryId: idOf("a") } },
      code: "already-a-member",
      message: /is a replica of 62000000/,
    },
    {
      name: "a replica for its primary",
      input: { wish: { replica: true, primaryId: idOf("r") } },
      code: "not-a-primary",
      message: /10\.0\.0\.4:6379 is a replica/,
    },
    {
      name: "a primary that does not answer",
      input: {
        topology: aCluster(cluster.map((spec) => (spec.name === "b" ? { ...spec, unreached: down } : spec))),
        wish: { replica: true, primaryId: idOf("b") },
      },
      code: "node-unreachable",
      message: /10\.0\.0\.2:6379 does not answer \(connection refused\)/,
    },
    {
      name: "nobody to follow",
      input: { topology: aCluster([{ name: "r", replicaOf: "a" }]), wish: asReplica },
      code: "no-primary-left",
      message: /nobody to follow/,
    },
  ])("$name", ({ input, code, message }) => {
    expect(() => plan(input)).toThrow(
      expect.objectContaining({
        name: Refused.name,
        code,
        message: expect.stringMatching(message),
        hint: expect.any(String),
      }),
    );
  });

  test("a primary that is not there is a usage error", () => {
    expect(() => plan({ wish: { replica: true, primaryId: idOf("q") } })).toThrow(UsageError);
  });

  test("the same node under the name that leads to it is itself", () => {
    const { topology, newcomers } = joined({ name: "n", at: "10.0.0.5:6379" });
    const named = newcomers.map((view) => ({ ...view, address: { host: "n.example", port: 6379 } }));
    const meetAddresses = new Map([["n.example:6379", { host: "10.0.0.5", port: 6379 }]]);
    expect(plan({ topology, newcomers: named, meetAddresses }).steps).toEqual([]);
    expect(() => plan({ topology, newcomers: named })).toThrow(/has the id of 10\.0\.0\.5:6379/);
  });
});
