import { describe, expect, test } from "vitest";
import { aCluster, down, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { healthyBut } from "../../test/support/problem-cases/problem-case.ts";
import { findProblems } from "../cluster/find-problems.ts";
import type { KeyConflict } from "../cluster/key-conflict.ts";
import { joinViews } from "../cluster/join-views.ts";
import type { OpenSlot } from "../cluster/node-line.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import type { Topology } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import { leftByFix } from "./left-by-fix.ts";
import { type FixWish, planFix } from "./plan-fix.ts";
import type { Plan } from "./plan.ts";
import type { Step } from "./step.ts";

const SLOT = 7;

/** What one of the nodes a, b and c says of the slot, and holds of it. */
interface Side {
  /** It says that it owns the slot. */
  readonly owns?: boolean;
  readonly open?: { readonly direction: OpenSlot["direction"]; readonly peer: string };
  readonly keys?: number;
  readonly isDown?: boolean;
}

/** Three primaries with the slots 0-99 each and the rest at c; slot 7 is whoever's says so. */
function threeSides(sides: { readonly a?: Side; readonly b?: Side; readonly c?: Side }): Topology {
  const rest = { a: "0-6,8-99", b: "100-199", c: "200-16383" };
  const specs = (["a", "b", "c"] as const).map((name): NodeSpec => {
    const { owns, open, keys = 0, isDown } = sides[name] ?? {};
    return {
      name,
      slots: owns ? `${rest[name]},${SLOT}` : rest[name],
      ...(open ? { open: [{ slot: SLOT, ...open }] } : {}),
      ...(isDown ? { unreached: down } : {}),
      view: { keysInOpenSlots: new Map([[SLOT, keys]]) },
    };
  });
  return aCluster(specs);
}

const importing = (peer: string) => ({ direction: "importing", peer }) as const;
const migrating = (peer: string) => ({ direction: "migrating", peer }) as const;

function fixed(
  topology: Topology,
  wish: Partial<FixWish> = {},
  conflicts: readonly KeyConflict[] = [],
): Plan {
  return planFix({ topology, wish: { slots: undefined, ...wish }, conflicts });
}

/** The steps in short: `claim b<a`: b takes the slot, and a gives it up; `gather a>b`; `close a@b`. */
function short(plan: Plan): string[] {
  const name = (id: string) => Buffer.from(id.replace(/(00)+$/, ""), "hex").toString();
  const one = (step: Step): string => {
    switch (step.kind) {
      case "claim-slots":
        return `claim ${name(step.owner.id)}${step.rivals.map(({ id }) => `<${name(id)}`).join("")}`;
      case "gather-keys":
        return `gather ${name(step.from.id)}>${name(step.to.id)}`;
      case "move-slots":
        return `move ${name(step.from.id)}>${name(step.to.id)}`;
      case "settle-slot":
        return `close ${name(step.owner.id)}@${step.openAt.map(({ id }) => name(id)).join("")}`;
      case "forget":
        return `forget ${name(step.node.id)}`;
      case "meet":
        return `meet ${name(step.node.id)}-${step.peers.map(({ id }) => name(id)).join("")}`;
      case "replicate":
        return `replicate ${name(step.replica.id)}>${name(step.primary.id)}`;
      default:
        return step.kind;
    }
  };
  return plan.steps.map(one);
}

function refusalOf(plan: () => Plan): Refused {
  try {
    plan();
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

const owner: Side = { owns: true };
const holder: Side = { keys: 2 };

describe("one slot", () => {
  test.each([
    { what: "open nowhere, one owner", sides: { a: owner }, steps: [] },
    {
      what: "half-moved, keys on both sides",
      sides: { a: { ...owner, open: migrating("b"), keys: 1 }, b: { open: importing("a"), keys: 1 } },
      steps: ["move a>b"],
    },
    {
      what: "migrating, nobody imports",
      sides: { a: { ...owner, open: migrating("b") } },
      steps: ["close a@a"],
    },
    {
      what: "migrating, nobody imports, keys at the other side",
      sides: { a: { ...owner, open: migrating("b") }, b: holder },
      steps: ["claim a<b", "gather b>a"],
    },
    {
      what: "importing, nobody migrates",
      sides: { a: owner, b: { open: importing("a") } },
      steps: ["close a@b"],
    },
    {
      what: "importing from a node that never had it, with keys",
      sides: { a: owner, b: { open: importing("c"), keys: 1 } },
      steps: ["gather b>a"],
    },
    {
      what: "several import, with keys at one",
      sides: {
        a: { ...owner, open: migrating("b"), keys: 3 },
        b: { open: importing("a"), keys: 1 },
        c: { open: importing("a") },
      },
      steps: ["claim a<b", "gather b>a", "close a@c"],
    },
    {
      what: "several import, with keys at both",
      sides: { a: owner, b: { open: importing("a"), keys: 1 }, c: { open: importing("a"), keys: 2 } },
      steps: ["gather c>a", "gather b>a"],
    },
    {
      what: "half-moved, keys on a third node",
      sides: { a: { ...owner, open: migrating("b") }, b: { open: importing("a") }, c: holder },
      steps: ["claim a<c", "gather c>a", "close a@b"],
    },
    {
      what: "given away with keys left behind",
      sides: { a: { open: migrating("b"), keys: 1 }, b: owner },
      steps: ["gather a>b"],
    },
    { what: "no owner, keys at one", sides: { b: holder }, steps: ["claim b"] },
    {
      what: "no owner, keys at several",
      sides: { a: { keys: 1 }, b: { keys: 5 }, c: { keys: 2 } },
      steps: ["claim b<c<a", "gather c>b", "gather a>b"],
    },
    { what: "no owner, no keys", sides: {}, steps: ["claim a"] },
    {
      what: "no owner, one imports",
      sides: { b: { open: importing("a") } },
      steps: ["claim a", "close a@b"],
    },
    {
      what: "no owner, the importing one has the keys",
      sides: { b: { open: importing("a"), keys: 1 } },
      steps: ["claim b"],
    },
    {
      what: "no owner, importing and migrating, keys on both sides",
      sides: { a: { open: migrating("b"), keys: 2 }, b: { open: importing("a"), keys: 1 } },
      steps: ["claim a<b", "gather b>a"],
    },
    // The epochs are 1, 2 and 3.
    { what: "several owners, no keys", sides: { a: owner, b: owner }, steps: ["claim b"] },
    {
      what: "several owners, keys at one",
      sides: { a: { ...owner, keys: 1 }, b: owner },
      steps: ["claim a"],
    },
    {
      what: "several owners, keys at both",
      sides: { a: { ...owner, keys: 9 }, b: { ...owner, keys: 1 } },
      steps: ["claim b<a", "gather a>b"],
    },
    {
      what: "several owners, keys at a third",
      sides: { a: owner, b: owner, c: holder },
      steps: ["claim c"],
    },
  ])("$what", ({ sides, steps }) => {
    const topology = threeSides(sides);
    const plan = fixed(topology);
    expect(short(plan)).toEqual(steps);
    expect(plan.steps.filter(({ why }) => !why)).toEqual([]);
    const slotProblems = findProblems(topology).filter(({ slots }) => slots?.has(SLOT));
    expect(leftByFix(plan, slotProblems)).toEqual([]);
  });

  test("tells what the nodes say and hold, the rule, and the risk", () => {
    const [claim] = fixed(threeSides({ a: { keys: 1 }, b: { keys: 5, open: importing("a") } })).steps;
    expect(claim?.why).toMatchObject({
      rule: "most-keys",
      risk: "none",
      slots: [
        {
          claims: [],
          dissent: [],
          open: [{ nodeId: idOf("b"), direction: "importing", peerId: idOf("a") }],
          keys: [
            { nodeId: idOf("b"), keys: 5 },
            { nodeId: idOf("a"), keys: 1 },
          ],
        },
      ],
    });
    expect(String(claim?.why?.slots[0]?.slots)).toBe("7");
  });
});

describe("where keys could be lost", () => {
  test.each([
    {
      what: "an owner that does not answer",
      sides: { a: { owns: true, isDown: true } },
      code: "slots-unserved",
    },
    {
      what: "a migration to a node that does not answer",
      sides: { a: { ...owner, open: migrating("b") }, b: { isDown: true } },
      code: "slots-open",
    },
    {
      what: "no owner, and a primary that does not answer",
      sides: { c: { isDown: true } },
      code: "slots-uncovered",
    },
  ])("$what is refused, unless it is said that it may be", ({ sides, code }) => {
    const slots = parseSlots(String(SLOT));
    const refusal = refusalOf(() => fixed(threeSides(sides), { slots }));
    expect(refusal).toMatchObject({ code, hint: expect.stringContaining("--unreachable-ok") });
    expect(refusal.message).toContain("connection refused");
    const plan = fixed(threeSides(sides), { slots, unreachableOk: true });
    expect(plan.steps).toMatchObject([{ kind: "claim-slots", why: { risk: "gives-up-unreached" } }]);
  });

  const conflict = {
    key: "{x}name",
    slot: SLOT,
    database: 0,
    nodeIds: [idOf("a"), idOf("b")],
  };
  const both = { a: { ...owner, open: migrating("b"), keys: 2 }, b: { open: importing("a"), keys: 1 } };

  test("keys with several values are named, unless it is said which one stays", () => {
    const refusal = refusalOf(() => fixed(threeSides(both), {}, [conflict]));
    expect(refusal).toMatchObject({ code: "keys-differ", hint: expect.stringContaining("--on-conflict") });
    expect(refusal.message).toContain(`"{x}name" with different values at 10.0.0.1:6379 and 10.0.0.2:6379`);
    const plan = fixed(threeSides(both), { onConflict: "keep-owner" }, [conflict]);
    expect(short(plan)).toEqual(["claim a<b", "gather b>a"]);
    expect(plan.steps[1]).toMatchObject({ onConflict: "keep-owner", why: { risk: "one-value-stays" } });
  });

  test("a replica that answers is not passed over", () => {
    const topology = healthyBut({ b: { unreached: down } });
    const refusal = refusalOf(() => fixed(topology, { unreachableOk: true }));
    expect(refusal.hint).toMatch(/slotctl failover \S+ \S+ --force/);
  });

  test("a node that is loading is waited for", () => {
    const topology = threeSides({ a: { owns: true, isDown: true } });
    const loading: Topology = {
      nodes: topology.nodes.map((node) =>
        node.view ? node : { ...node, unreached: { state: "loading", detail: "still loading its data" } },
      ),
    };
    expect(refusalOf(() => fixed(loading, { unreachableOk: true })).hint).toContain(
      "Wait until it has loaded",
    );
  });

  test("a node that knows nobody and owns a part of the slots is what a create left", () => {
    const refusal = refusalOf(() => fixed(aCluster([{ name: "a", slots: "0-100" }])));
    expect(refusal).toMatchObject({
      code: "slots-uncovered",
      hint: expect.stringContaining("slotctl create"),
    });
  });
});

test("keys leave a node before it gives its last slot away: it becomes a replica then, and forgets them", () => {
  const keysOf = (slots: Record<number, number>) => ({
    keysInOpenSlots: new Map([7, 8].map((slot) => [slot, slots[slot] ?? 0])),
  });
  const topology = aCluster([
    { name: "a", slots: "0-6,8-99", open: [{ slot: 7, ...importing("b") }], view: keysOf({}) },
    {
      name: "b",
      slots: "7",
      open: [
        { slot: 7, ...migrating("a") },
        { slot: 8, ...importing("c") },
      ],
      view: keysOf({ 7: 1, 8: 1 }),
    },
    { name: "c", slots: "100-16383", view: keysOf({}) },
  ]);
  expect(short(fixed(topology))).toEqual(["gather b>a", "move b>a"]);
});

test("slots that nobody owns go to those with fewest, as level as can be", () => {
  const topology = aCluster([
    { name: "a", slots: "0-4999" },
    { name: "b", slots: "5000-5999" },
    { name: "c", slots: "6000-6999" },
  ]);
  const claims = fixed(topology).steps.map((step) =>
    step.kind === "claim-slots" ? [step.owner.id, step.slots.size] : [],
  );
  expect(claims).toEqual([
    [idOf("a"), 462],
    [idOf("b"), 4461],
    [idOf("c"), 4461],
  ]);
});

describe("members", () => {
  const specs: readonly NodeSpec[] = [
    { name: "a", slots: "0-5460" },
    { name: "b", slots: "5461-10922" },
    { name: "c", slots: "10923-16383" },
  ];

  test("a name without a node behind it is forgotten by those who know it", () => {
    const ghost: NodeSpec = {
      name: "g",
      flags: ["noaddr", "fail"],
      unreached: { state: "no-address", detail: "no node knows its address" },
    };
    const plan = fixed(aCluster([...specs, ghost]));
    expect(short(plan)).toEqual(["forget g"]);
    expect(plan.steps[0]?.why).toMatchObject({
      rule: "no-node-behind",
      node: { knownToIds: ["a", "b", "c"].map(idOf) },
    });
    expect(leftByFix(plan, findProblems(aCluster([...specs, ghost]))).map(({ code }) => code)).not.toContain(
      "ghost-node",
    );
  });

  test("a node that a removal has reset is forgotten", () => {
    const plan = fixed(aCluster([...specs, { name: "d", view: { lines: [] } }]));
    expect(short(plan)).toEqual(["forget d"]);
    expect(plan.steps[0]?.why?.rule).toBe("was-reset");
  });

  test("a member that some do not know is introduced to them", () => {
    const all = aCluster([...specs, { name: "d" }]);
    const looks = all.nodes.flatMap(({ id, view }) => {
      if (!view) return [];
      const lines = id === idOf("b") ? view.lines.filter((line) => line.id !== idOf("d")) : view.lines;
      return [{ address: view.address, view: { ...view, lines } }];
    });
    expect(short(fixed(joinViews(looks)))).toEqual(["meet b-d"]);
  });

  test("a replica of a replica goes to that one's primary, one of nobody to the poorest", () => {
    const chained: readonly NodeSpec[] = [
      ...specs,
      { name: "r", replicaOf: "a" },
      { name: "s", replicaOf: "r" },
    ];
    expect(short(fixed(aCluster(chained)))).toEqual(["replicate s>a"]);
    const orphaned: readonly NodeSpec[] = [
      ...specs,
      { name: "r", replicaOf: "a" },
      { name: "s", replicaOf: "x" },
    ];
    expect(short(fixed(aCluster(orphaned)))).toEqual(["replicate s>b"]);
  });

  test("a replica that repeats what its primary has closed is told by it", () => {
    const replica: NodeSpec = {
      name: "r",
      replicaOf: "a",
      open: [{ slot: 9000, direction: "importing", peer: "b" }],
    };
    const valkey = { engine: "valkey", version: "9.1.0" } as const;
    const nodes = [...specs, replica].map((spec) => ({ ...spec, view: { ...spec.view, ...valkey } }));
    expect(short(fixed(aCluster(nodes)))).toEqual(["close b@a"]);
    expect(short(fixed(aCluster([...specs, replica])))).toEqual([]);
  });

  test("with slots named, members stay as they are", () => {
    const plan = fixed(aCluster([...specs, { name: "d", view: { lines: [] } }]), { slots: parseSlots("1") });
    expect(plan.steps).toEqual([]);
  });
});
