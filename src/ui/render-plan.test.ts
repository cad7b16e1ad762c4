import { expect, test } from "vitest";
import { aCluster, idOf } from "../../test/support/a-cluster.ts";
import { aPlan, aSmallCluster, everyNote, everyStep, refTo } from "../../test/support/every-step.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import type { PlacementReach, PlanNote } from "../plan/plan.ts";
import type { Step } from "../plan/step.ts";
import { describeNote } from "./describe-note.ts";
import { renderPlan, renderPlanInShort } from "./render-plan.ts";
import { makeTheme } from "./theme.ts";

const theme = makeTheme({ colour: false });

test("every kind of step has its heading and its line", () => {
  expect(renderPlan(aPlan({ steps: everyStep() }), { theme, columns: 100 })).toEqual([
    "Introduce nodes",
    "  + 10.0.0.1:6379 meets 10.0.0.2:6379",
    "",
    "Assign slots (1)",
    "  + 10.0.0.1:6379 takes 4 slots  1-3,7",
    "",
    "Set config epochs: 7",
    "",
    "Attach replicas (1)",
    "  + 10.0.0.3:6379 follows 10.0.0.1:6379",
    "",
    "Move slots (1, classic)",
    "  > 10.0.0.1:6379  →  10.0.0.2:6379  2 slots  5-6",
    "",
    "Settle open slots (1)",
    "  ~ 1 slot of 10.0.0.1:6379 no longer open at 10.0.0.1:6379 and 10.0.0.2:6379  9",
    "",
    "Give slots to their owners (1)",
    "  ! 10.0.0.1:6379 owns 2 slots, not 10.0.0.2:6379  10-11",
    "",
    "Gather keys (1)",
    "  > 10.0.0.2:6379 → 10.0.0.1:6379  keys of 2 slots  10-11",
    "",
    "Fail over (1)",
    "  ! 10.0.0.3:6379 takes over from 10.0.0.1:6379, without asking it (force)",
    "",
    "Forget nodes (1)",
    "  - 67686f73 is forgotten by 10.0.0.1:6379 and 10.0.0.2:6379",
    "",
    "Reset nodes (1)",
    "  - 10.0.0.2:6379 becomes an empty node of its own",
    "",
    "Open for writes: 1 primary",
    "",
    "Renew ids (1)",
    "  - 10.0.0.2:6379 takes a new id, so that it can be added again",
    "",
    "Copy functions (1)",
    "  + 10.0.0.2:6379 gets the functions of 10.0.0.1:6379",
    "",
    "Change settings (1)",
    "  ~ 10.0.0.1:6379: cluster-node-timeout 15000 → 5000",
    "",
    "15 steps: 2 nodes meet, 4 slots go to 1 node, 1 epoch is set, 1 replica attaches, 2 slots move from",
    "10.0.0.1:6379 to 10.0.0.2:6379, 1 open slot closes, 2 slots get their owners, keys of 2 slots go to",
    "their owners, 1 replica takes over, 1 node is forgotten, 1 node is reset, 1 node takes writes, 1",
    "node gets a new id, functions go to 1 node, cluster-node-timeout changes on 1 node.",
  ]);
});

test("steps stay in their order: only neighbours of one kind share a heading", () => {
  const steps = [5, 6].flatMap((slot) =>
    everyStep().filter(({ kind }) => kind === "reset" || (kind === "move-slots" && slot > 0)),
  );
  const lines = renderPlan(aPlan({ steps }), { theme, columns: 100 });
  expect(lines.filter((line) => /\(1\b.*\)$/.test(line))).toEqual([
    "Move slots (1, classic)",
    "Reset nodes (1)",
    "Move slots (1, classic)",
    "Reset nodes (1)",
  ]);
});

test("a plan for sixty nodes is cut for people, and its bookkeeping is a line each", () => {
  const topology = aCluster(Array.from({ length: 60 }, (_, at) => ({ name: `n${at}` })));
  const nodes = topology.nodes.flatMap(({ id, address }) => (address ? [{ id, address }] : []));
  const steps = [
    ...nodes.map((node, at): Step => ({ kind: "set-epoch", node, epoch: at + 1 })),
    ...nodes.map((node): Step => ({ kind: "await-ok", node })),
    ...nodes.map((node): Step => ({ kind: "reset", node })),
  ];
  const plan = aPlan({ command: "create", basis: topology, steps });
  const lines = renderPlan(plan, { theme, columns: 80 });
  expect(lines.slice(0, 5)).toEqual([
    "Set config epochs: 1 to 60",
    "",
    "Open for writes: 60 primaries",
    "",
    "Reset nodes (60)",
  ]);
  expect(lines.slice(5, 14)).toHaveLength(9);
  expect(lines[13]).toBe("  … and 52 more");
});

test("nodes that all meet each other are one line; who comes to others is named with them", () => {
  const topology = aSmallCluster();
  const [a, b, r] = ["a", "b", "r"].map((name) => {
    const ref = refTo(topology, name);
    return { ...ref, announced: ref.address, busPort: 16_379 };
  });
  if (!a || !b || !r) throw new Error("the imagined nodes are gone");
  const meet = (node: typeof a, peers: readonly (typeof a)[]) => ({ kind: "meet", node, peers }) as const;
  const headOf = (steps: Step[]) => renderPlan(aPlan({ steps }), { theme, columns: 80 }).slice(0, 2);
  expect(headOf([meet(a, [b, r]), meet(b, [r])])).toEqual(["Introduce nodes: 3 to each other", ""]);
  expect(headOf([meet(a, [b, r])])).toEqual([
    "Introduce nodes",
    "  + 10.0.0.1:6379 meets 10.0.0.2:6379 and 10.0.0.3:6379",
  ]);
});

test.each([
  { epochs: [4, 5], says: "4 and 5" },
  { epochs: [7, 5, 6], says: "5 to 7" },
  { epochs: [1, 2, 4], says: "1, 2 and 4" },
])("epochs $epochs are $says", ({ epochs, says }) => {
  const steps = epochs.map((epoch): Step => ({
    kind: "set-epoch",
    node: refTo(aSmallCluster(), "a"),
    epoch,
  }));
  expect(renderPlan(aPlan({ steps }), { theme, columns: 80 })[0]).toBe(`Set config epochs: ${says}`);
});

test("many ranges are cut at the edge of the terminal, and counted", () => {
  const [move] = everyStep().filter((step) => step.kind === "move-slots");
  const slots = SlotSet.of(Array.from({ length: 300 }, (_, at) => at * 2));
  const steps = move ? [{ ...move, slots }] : [];
  const lines = renderPlan(aPlan({ steps }), { theme, columns: 80 });
  expect(lines[1]).toMatch(
    /^ {2}> 10\.0\.0\.1:6379 {2}→ {2}10\.0\.0\.2:6379 {2}300 slots {2}0,2,4(,\d+)* …\+2\d\d$/,
  );
  expect(lines[1]?.length).toBeLessThanOrEqual(80);
});

test("where movers differ each pair has its own", () => {
  const [move] = everyStep().filter((step) => step.kind === "move-slots");
  const steps = move ? [move, { ...move, slots: SlotSet.of([7]), mover: "redis-atomic" as const }] : [];
  expect(renderPlan(aPlan({ steps }), { theme, columns: 80 }).slice(0, 3)).toEqual([
    "Move slots (2)",
    "  > 10.0.0.1:6379  →  10.0.0.2:6379  2 slots  classic       5-6",
    "  > 10.0.0.1:6379  →  10.0.0.2:6379   1 slot  redis-atomic  7",
  ]);
});

test("slots that are only waited for are not called open", () => {
  const [settle] = everyStep().filter((step) => step.kind === "settle-slot");
  const steps = settle ? [settle, { ...settle, openAt: [], slots: SlotSet.of([3, 4]) }] : [];
  const lines = renderPlan(aPlan({ steps }), { theme, columns: 100 });
  expect(lines[2]).toBe("  ~ 2 slots must have arrived at 10.0.0.1:6379  3-4");
  expect(lines.at(-1)).toBe("2 steps: 1 open slot closes, 2 slots are waited for.");
});

test.each<{ note: Partial<Extract<PlanNote, { kind: "moves-classically" }>>; says: string }>([
  {
    note: { pairs: 3 },
    says: "The slots move with SETSLOT and MIGRATE (classic): 10.0.0.1:6379 runs Redis 7.0.15, and CLUSTER MIGRATION came with Redis 8.4.",
  },
  {
    note: { reason: "module-unable", modules: ["json", "search"], nodes: [idOf("a"), idOf("b")] },
    says: "1 of 3 pairs moves with SETSLOT and MIGRATE (classic): 10.0.0.1:6379 and 10.0.0.2:6379 have modules that do not allow it (json and search).",
  },
  {
    note: { pairs: 2, reason: "primaryauth-missing" },
    says: "2 of 3 pairs move with SETSLOT and MIGRATE (classic): 10.0.0.1:6379 has no primaryauth, and must give a password to the nodes that get the slots.",
  },
])("why slots move classically: $says", ({ note, says }) => {
  const usual = everyNote().find(({ kind }) => kind === "moves-classically");
  expect(describeNote({ ...usual, ...note } as PlanNote, aPlan().basis)).toEqual({
    severity: "info",
    message: says,
  });
});

test("where every primary is too old they are not listed one by one", () => {
  const basis = aCluster(["a", "b", "c"].map((name) => ({ name })));
  const note = everyNote().find(({ kind }) => kind === "moves-classically");
  const nodes = ["a", "b", "c"].map(idOf);
  expect(describeNote({ ...note, nodes, pairs: 3 } as PlanNote, basis).message).toContain(
    "(classic): all primaries run Redis 7.0.15, and",
  );
});

test("nothing to do is said with its reason", () => {
  expect(renderPlan(aPlan(), { theme, columns: 80 })).toEqual(["Nothing to do: the shards are even enough."]);
});

test("every note is a sentence with the names of the nodes in it", () => {
  const notes = everyNote().map((note) => describeNote(note, aPlan().basis));
  for (const { message } of notes) {
    expect(message).toMatch(/^[A-Z0-9].*\.$/);
    expect(message).not.toMatch(new RegExp(`undefined|${idOf("a")}`));
  }
  const lines = renderPlan(aPlan({ notes: everyNote() }), { theme, columns: 60 }).join("\n");
  expect(lines).toContain("\n! The shard of 10.0.0.1:6379 is left without a replica.");
  expect(lines).toContain("\n· 10.0.0.1:6379 gives its last slot away.");
});

test.each<[PlacementReach, "info" | "warning"]>([
  ["perfect", "info"],
  ["siblings-share-a-host", "info"],
  ["replica-on-primary-host", "warning"],
  ["one-host", "warning"],
  ["no-replicas", "warning"],
])("a placement that is %s is a matter of %s", (reached, severity) => {
  expect(describeNote({ kind: "placement", reached }, aPlan().basis).severity).toBe(severity);
});

test.each([
  { lagBytes: undefined, mode: "force", says: "is not known" },
  { lagBytes: 0, mode: "takeover", says: "what came after is lost" },
  { lagBytes: 2048, mode: "takeover", says: "2.0 KB behind" },
] as const)("writes at risk with a lag of $lagBytes", ({ lagBytes, mode, says }) => {
  const note = { kind: "writes-at-risk", node: idOf("r"), lagBytes, mode } as const;
  expect(describeNote(note, aPlan().basis).message).toContain(says);
});

test("in short a plan is its summary and what it warns of, but not of the one host", () => {
  const notes = everyNote().map((note): PlanNote =>
    note.kind === "placement" ? { ...note, reached: "one-host" } : note,
  );
  const steps = everyStep().filter(({ kind }) => kind === "reset");
  const lines = renderPlanInShort(aPlan({ steps, notes }), { theme, columns: 200 });
  expect(lines[0]).toBe("1 step: 1 node is reset.");
  expect(lines.slice(1)).not.toEqual([]);
  expect(lines.slice(1).every((line) => line.startsWith("! "))).toBe(true);
  expect(lines.join("\n")).not.toContain("one host");
});
