import fc from "fast-check";
import { expect, test } from "vitest";
import { aCluster, idOf, looksAt, type NodeSpec } from "../../test/support/a-cluster.ts";
import { healthy, healthyBut, inShort } from "../../test/support/problem-cases/problem-case.ts";
import { problemCases } from "../../test/support/problem-cases/problem-cases.ts";
import { findProblems } from "./find-problems.ts";
import { joinViews } from "./join-views.ts";
import { PROBLEM_CODES, SEVERITIES } from "./problem.ts";
import { SlotSet } from "./slot-set.ts";

test("a healthy cluster has no problems", () => {
  expect(findProblems(aCluster(healthy))).toEqual([]);
});

test.each(problemCases)("$code: $what", ({ code, topology, found }) => {
  const problems = findProblems(topology);
  expect(problems.map(inShort)).toEqual(found);
  expect(problems.map((problem) => problem.code)).toContain(code);
});

test("every code has a case", () => {
  expect(new Set(problemCases.map(({ code }) => code))).toEqual(new Set(PROBLEM_CODES));
});

test("an open slot comes with the keys at both ends", () => {
  const [open] = findProblems(
    problemCases.find(({ code }) => code === "slots-open")?.topology ?? { nodes: [] },
  );
  expect(open).toMatchObject({ direction: "migrating", peerId: idOf("b"), keys: { atNode: 3, atPeer: 10 } });
});

test("a slot of which one end was not counted has no count there", () => {
  const topology = healthyBut({ a: { open: [{ slot: 5, direction: "migrating", peer: "b" }] } });
  expect(findProblems(topology)[0]).toMatchObject({ keys: { atNode: undefined, atPeer: undefined } });
});

test("views that differ are told with both sides, and the most are right", () => {
  const { topology } = problemCases.find(({ code }) => code === "views-disagree-on-slots") ?? {
    topology: { nodes: [] },
  };
  expect(findProblems(topology)[0]).toMatchObject({
    nodeIds: [idOf("z")],
    majorityIds: ["a", "x", "b", "y", "c"].map(idOf),
    claims: [{ ownerId: undefined, insteadOfIds: [idOf("c")] }],
  });
});

test("no digest of a password leaves the views", () => {
  const texts = problemCases.map(({ topology }) => JSON.stringify(findProblems(topology)));
  expect(texts.join()).not.toContain("digest-");
});

test("a lag below a megabyte is noise", () => {
  const offset = 1000 + 1024 * 1024;
  const view = { replication: { role: "primary", offset, linkUp: true, syncing: false } } as const;
  expect(findProblems(healthyBut({ a: { view } }))).toEqual([]);
});

test("keys of a slot on its way in are where they belong", () => {
  const topology = healthyBut({
    a: {
      open: [{ slot: 6000, direction: "importing", peer: "b" }],
      view: { strayKeys: new Map([[6000, 4]]) },
    },
  });
  expect(findProblems(topology).map(({ code }) => code)).toEqual(["slots-open"]);
});

test("an open slot that a replica has from its primary is told once", () => {
  const open = [{ slot: 5, direction: "migrating", peer: "b" }] as const;
  expect(findProblems(healthyBut({ a: { open }, x: { open } })).map(inShort)).toEqual([
    "error slots-open: a b [5]",
  ]);
});

test.each([
  { lost: 1, hasMajority: true },
  { lost: 2, hasMajority: false },
])("with $lost of four primaries lost there is a majority: $hasMajority", ({ lost, hasMajority }) => {
  const slots = ["0-4095", "4096-8191", "8192-12287", "12288-16383"];
  const specs = slots.map((slots, index): NodeSpec => ({
    name: `p${index}`,
    slots,
    ...(index < lost && { unreached: { state: "silent", detail: "" } }),
  }));
  const codes = findProblems(aCluster(specs)).map(({ code }) => code);
  expect(codes.includes("no-majority")).toBe(!hasMajority);
});

test("a password that may stand in an ACL file is not judged", () => {
  const view = {
    settings: new Map([
      ["requirepass", ""],
      ["masterauth", "digest-1"],
    ]),
  };
  expect(findProblems(healthyBut({ a: { view }, x: { view } }))).toEqual([]);
});

test("what the only node that answers knows is told of all others", () => {
  const unreached = { state: "silent", detail: "" } as const;
  const alone = aCluster(healthy.map((spec) => (spec.name === "c" ? spec : { ...spec, unreached })));
  expect(findProblems(alone).map(inShort)).toEqual([
    "error no-majority: a b",
    "error node-silent: a [0-5460]",
    "error node-silent: b [5461-10922]",
    "error slots-unserved: a b [0-10922]",
    "warning node-silent: x",
    "warning node-silent: y",
    "warning node-silent: z",
    "warning primary-without-replica: a b c",
  ]);
});

test("where nobody answers nothing is known", () => {
  expect(findProblems(joinViews([]))).toEqual([]);
});

const unreachedStates = [
  "unreachable",
  "silent",
  "loading",
  "denied",
  "not-a-cluster-node",
  "no-address",
] as const;
const names = ["a", "b", "c", "d", "e", "f", "g"];

const aSpec = (name: string): fc.Arbitrary<NodeSpec> =>
  fc
    .record(
      {
        at: fc.constantFrom("10.0.0.1:1", "10.0.0.1:2", "10.0.0.2:1", "[::1]:7000"),
        slots: fc.constantFrom("0-5460", "5000-9000", "9001-16383", "7"),
        replicaOf: fc.constantFrom(...names, "gone"),
        epoch: fc.nat({ max: 3 }),
        flags: fc.subarray(["fail", "fail?", "handshake", "noaddr", "nofailover"]),
        open: fc.array(
          fc.record({
            slot: fc.nat({ max: 9 }),
            direction: fc.constantFrom("importing" as const, "migrating" as const),
            peer: fc.constantFrom(...names, "gone"),
          }),
          { maxLength: 3 },
        ),
        unreached: fc.record({ state: fc.constantFrom(...unreachedStates), detail: fc.constant("why") }),
        view: fc.record(
          {
            clusterState: fc.constantFrom("ok" as const, "fail" as const),
            engine: fc.constantFrom("redis" as const, "valkey" as const),
            maxmemoryBytes: fc.constantFrom(0, 1_000_000),
            strayKeys: fc.constant(new Map([[3, 1]])),
            settings: fc.constantFrom(
              new Map([
                ["requirepass", "digest-1"],
                ["masterauth", ""],
              ]),
              new Map([["maxmemory-policy", "noeviction"]]),
            ),
          },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: [] },
    )
    .map((spec) => ({ name, ...spec }));

const someSpecs = fc.subarray(names, { minLength: 1 }).chain((chosen) => fc.tuple(...chosen.map(aSpec)));

test("whatever a cluster looks like, its problems are well formed and the most severe come first", () => {
  fc.assert(
    fc.property(someSpecs, (specs) => {
      const problems = findProblems(aCluster(specs));
      const ranks = problems.map(({ severity }) => SEVERITIES.indexOf(severity));
      expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
      for (const problem of problems) {
        expect(PROBLEM_CODES).toContain(problem.code);
        expect(problem.slots?.size).not.toBe(0);
        const isAboutNodes = problem.code !== "slots-uncovered" && problem.code !== "too-few-primaries";
        expect(problem.nodeIds.length > 0 || !isAboutNodes).toBe(true);
      }
    }),
  );
});

test("the order in which nodes were asked changes nothing", () => {
  const forgotten = fc.array(
    fc.record({ viewer: fc.constantFrom(...names), about: fc.constantFrom(...names) }),
  );
  const looks = fc.tuple(someSpecs, forgotten).map(([specs, pairs]) =>
    looksAt(specs).map((look) => {
      if (!("view" in look)) return look;
      const isForgotten = (id: string) =>
        pairs.some(({ viewer, about }) => idOf(viewer) === look.view.self.id && idOf(about) === id);
      return { ...look, view: { ...look.view, lines: look.view.lines.filter(({ id }) => !isForgotten(id)) } };
    }),
  );
  const twice = looks.chain((looks) =>
    fc.tuple(fc.constant(looks), fc.shuffledSubarray(looks, { minLength: looks.length })),
  );
  fc.assert(
    fc.property(twice, ([looks, others]) => {
      const inAnyOrder = findProblems(joinViews(others)).map(comparable);
      expect(inAnyOrder).toEqual(findProblems(joinViews(looks)).map(comparable));
    }),
  );
});

/** SlotSets print as their notation, so equal texts are equal problems. */
function comparable(problem: object): string {
  return JSON.stringify(problem);
}

test("no node that does not answer goes unmentioned", () => {
  fc.assert(
    fc.property(someSpecs, (specs) => {
      const topology = aCluster(specs);
      const lost = topology.nodes.filter((node) => !node.view);
      fc.pre(lost.length < topology.nodes.length);
      const told = findProblems(topology)
        .filter(({ code }) => code.startsWith("node-") || code === "ghost-node")
        .flatMap(({ nodeIds }) => nodeIds);
      expect(told).toEqual(expect.arrayContaining(lost.map(({ id }) => id)));
    }),
  );
});

test("a slot is owned by a node that answers, or told", () => {
  fc.assert(
    fc.property(someSpecs, (specs) => {
      const topology = aCluster(specs);
      fc.pre(topology.nodes.some((node) => node.view));
      const problems = findProblems(topology);
      const codes = ["slots-uncovered", "slots-unserved", "node-denied", "ghost-node"];
      const told = problems.flatMap(({ code, slots }) => (codes.includes(code) ? (slots?.ranges ?? []) : []));
      const served = topology.nodes.flatMap((node) => (node.view ? node.slots.ranges : []));
      expect(SlotSet.ofRanges([...told, ...served]).equals(SlotSet.all)).toBe(true);
    }),
  );
});
