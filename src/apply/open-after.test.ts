import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aCluster, idOf } from "../../test/support/a-cluster.ts";
import { aPairMove } from "../../test/support/a-pair-move.ts";
import { aFakeApplyContext } from "../../test/support/fake-apply-context.ts";
import { type FakeClient, fakeClients } from "../../test/support/fake-node-clients.ts";
import type { OpenSlot } from "../cluster/node-line.ts";
import type { Look } from "../cluster/node-view.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { Bug, ConnectFailed, NodeFailed, PartlyDone, SlotctlError, Stale } from "../errors.ts";
import { openAfter } from "./open-after.ts";

const source = { id: idOf("source"), address: { host: "10.0.0.1", port: 6379 } };
const target = { id: idOf("target"), address: { host: "10.0.0.2", port: 6379 } };
const move = aPairMove({
  slots: SlotSet.of([1, 2, 3]),
  from: source,
  to: target,
  bytesPerKey: 0,
  mover: "classic",
});

/** How far a slot of the batch has come. */
interface SlotState {
  readonly importing: boolean;
  readonly migrating: boolean;
  readonly isTargets: boolean;
  readonly hasKeyAtTarget: boolean;
  /** A client brings a key to the target just before it is told to close the slot. */
  readonly getsKeyLate: boolean;
}

const untouched: SlotState = {
  importing: true,
  migrating: true,
  isTargets: false,
  hasKeyAtTarget: false,
  getsKeyLate: false,
};

/** The two nodes, and what they were told in turn. */
class Pair {
  readonly importing: Set<number>;
  readonly migrating: Set<number>;
  readonly withKey: Set<number>;
  readonly told: string[] = [];
  readonly #states: readonly SlotState[];

  constructor(states: readonly SlotState[]) {
    this.#states = states;
    const where = (holds: (state: SlotState) => boolean) =>
      new Set(this.slots.filter((slot) => holds(this.stateOf(slot))));
    this.importing = where((state) => state.importing);
    this.migrating = where((state) => state.migrating);
    this.withKey = where((state) => state.hasKeyAtTarget);
  }

  get slots(): number[] {
    return this.#states.map((_, slot) => slot);
  }

  stateOf(slot: number): SlotState {
    return this.#states[slot] ?? untouched;
  }

  /** Slots that somebody has open, and that the target does not own yet. */
  get open(): number[] {
    return this.slots.filter(
      (slot) => !this.stateOf(slot).isTargets && (this.importing.has(slot) || this.migrating.has(slot)),
    );
  }

  look(name: "source" | "target"): Look {
    const open = (slots: Iterable<number>, direction: OpenSlot["direction"], peer: string) =>
      [...slots].map((slot) => ({ slot, direction, peer }));
    const owned = this.slots.filter((slot) => this.stateOf(slot).isTargets);
    const { nodes } = aCluster([
      { name: "source", open: open(this.migrating, "migrating", "target") },
      {
        name: "target",
        ...(owned.length > 0 ? { slots: owned.join() } : {}),
        open: open(this.importing, "importing", "source"),
      },
    ]);
    const view = nodes.find(({ id }) => id === idOf(name))?.view;
    if (!view) throw new Error(`there is no ${name}`);
    return { address: view.address, view };
  }

  get sourceClient(): FakeClient {
    return {
      look: () => Promise.resolve(this.look("source")),
      closeSlots: (slots) => this.#close("source", this.migrating, slots),
    };
  }

  get targetClient(): FakeClient {
    return {
      look: () => Promise.resolve(this.look("target")),
      countKeys: (slots) => Promise.resolve(slots.map((slot) => (this.withKey.has(slot) ? 1 : 0))),
      countHiddenKeys: (slots) => Promise.resolve(slots.map((slot) => (this.withKey.has(slot) ? 1 : 0))),
      closeCounting: async (slots) => {
        for (const slot of slots) if (this.stateOf(slot).getsKeyLate) this.withKey.add(slot);
        await this.#close("target", this.importing, slots);
        return slots.map((slot) => (this.withKey.has(slot) ? 1 : 0));
      },
      markImporting: (slots, sourceId) => {
        if (sourceId !== source.id) return Promise.reject(new Error(`${sourceId} is not the source`));
        for (const slot of slots) this.importing.add(slot);
        return Promise.resolve();
      },
    };
  }

  #close(name: string, open: Set<number>, slots: Iterable<number>): Promise<void> {
    for (const slot of slots) {
      this.told.push(`${name} ${slot}`);
      open.delete(slot);
    }
    return Promise.resolve();
  }
}

const full = new NodeFailed("10.0.0.2:6379 is full", {
  code: "target-full",
  node: "10.0.0.2:6379",
  cause: new Error("OOM command not allowed"),
});

async function after(
  pair: Pair,
  {
    error = full,
    clients = {},
  }: { error?: Error; clients?: { source?: FakeClient; target?: FakeClient } } = {},
) {
  const { context, events } = aFakeApplyContext({
    clients: fakeClients({
      "10.0.0.1:6379": { ...pair.sourceClient, ...clients.source },
      "10.0.0.2:6379": { ...pair.targetClient, ...clients.target },
    }),
  });
  return { failure: await openAfter(context, { error, move, slots: pair.slots }), events };
}

function messageOf(failure: unknown): string {
  return failure instanceof SlotctlError ? failure.message : "";
}

describe("slots without a key at the target are closed, the target first", () => {
  test.each([
    { name: "open at both", state: untouched, told: ["target 0", "source 0"] },
    { name: "open at the target only", state: { ...untouched, migrating: false }, told: ["target 0"] },
    { name: "open at the source only", state: { ...untouched, importing: false }, told: ["source 0"] },
    { name: "not open at all", state: { ...untouched, importing: false, migrating: false }, told: [] },
    { name: "arrived already", state: { ...untouched, importing: false, isTargets: true }, told: [] },
  ])("$name", async ({ state, told }) => {
    const pair = new Pair([state]);
    const { failure, events } = await after(pair);
    expect(pair.told).toEqual(told);
    expect(messageOf(failure)).toBe("10.0.0.2:6379 is full. No slot was left open.");
    expect(events).toEqual([]);
  });
});

test("a slot with a key at the target stays open, and is named", async () => {
  const half = { ...untouched, hasKeyAtTarget: true };
  const pair = new Pair([untouched, half, half, untouched]);
  const { failure } = await after(pair);
  expect(failure).toMatchObject({
    code: "target-full",
    node: "10.0.0.2:6379",
    message:
      "10.0.0.2:6379 is full. Slots 1-2 are open now, on their way from 10.0.0.1:6379 to 10.0.0.2:6379; every key is on one of the two.",
  });
  // It would be told once more behind the message, which has it already.
  expect(failure).not.toHaveProperty("cause");
  expect(pair.open).toEqual([1, 2]);
});

test("a key that comes to the target at the last moment keeps its slot open on both sides", async () => {
  const pair = new Pair([{ ...untouched, getsKeyLate: true }, untouched]);
  const { failure } = await after(pair);
  expect(messageOf(failure)).toMatch(/Slot 0 is open now/);
  expect([pair.importing.has(0), pair.migrating.has(0)]).toEqual([true, true]);
});

test("whatever has become of the slots, those named are those that are open, and no key is shut out", async () => {
  const state = fc.record({
    importing: fc.boolean(),
    migrating: fc.boolean(),
    isTargets: fc.boolean(),
    hasKeyAtTarget: fc.boolean(),
    getsKeyLate: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(state, { maxLength: 8 }), async (states) => {
      const pair = new Pair(states);
      const openBefore = pair.open;
      const { failure } = await after(pair);
      const named = /Slots? (\S+) (?:is|are) open now/.exec(messageOf(failure))?.[1];
      expect(named ?? "").toBe(pair.open.length > 0 ? String(SlotSet.of(pair.open)) : "");
      expect(messageOf(failure).includes("No slot was left open.")).toBe(pair.open.length === 0);
      // Open are those that were, and that have a key at the target.
      expect(pair.open).toEqual(openBefore.filter((slot) => pair.withKey.has(slot)));
    }),
  );
});

describe("where the nodes cannot be asked, slots may be open", () => {
  const gone = (address: Look["address"]): FakeClient => ({
    look: () =>
      Promise.resolve({ address, unreached: { state: "unreachable", detail: "connection refused" } }),
  });
  const lost = new ConnectFailed("10.0.0.1:6379 did not answer within 5 s.", {
    code: "node-silent",
    node: "10.0.0.1:6379",
  });

  test.each([
    { name: "the target is gone", clients: { target: gone(target.address) }, warned: [] },
    { name: "the source is gone", clients: { source: gone(source.address) }, warned: [] },
    {
      name: "the source goes while it is told",
      clients: { source: { closeSlots: () => Promise.reject(lost) } },
      warned: [{ event: "warning", node: "10.0.0.1:6379", message: expect.stringContaining(lost.message) }],
    },
  ])("$name", async ({ clients, warned }) => {
    const { failure, events } = await after(new Pair([untouched]), { clients });
    expect(messageOf(failure)).toMatch(/is full\. Some slots may be open now, on their way from 10\.0\.0\.1/);
    expect(events).toEqual(warned);
  });
});

describe("a node that is lost, or not what it was, decides on the kind of failure with what is open", () => {
  const lost = new ConnectFailed("10.0.0.1:6379 did not answer.", { code: "node-silent" });
  const broken = new NodeFailed("10.0.0.1:6379 closed the connection.", { code: "connection-lost" });
  const demoted = new NodeFailed("10.0.0.1:6379 is a replica now.", { code: "failed-over" });
  const moved = new NodeFailed("10.0.0.1:6379 does not own slot 0.", { code: "slots-moved-meanwhile" });
  const stale = new Stale("10.0.0.1:6379 does not own slot 0.", { code: "slots-moved-meanwhile" });
  const half = { ...untouched, hasKeyAtTarget: true };

  test.each([
    { what: "nothing open, failed over", error: demoted, states: [untouched], Kind: NodeFailed },
    { what: "slots open, failed over", error: demoted, states: [half], Kind: PartlyDone },
    { what: "slots open, moved by others", error: moved, states: [half], Kind: PartlyDone },
    { what: "slots open, stale", error: stale, states: [half], Kind: PartlyDone },
    { what: "nothing open, no connection", error: lost, states: [untouched], Kind: ConnectFailed },
    { what: "nothing open, connection broken", error: broken, states: [untouched], Kind: NodeFailed },
    { what: "slots open, no connection", error: lost, states: [half], Kind: PartlyDone },
    { what: "slots open, connection broken", error: broken, states: [half], Kind: PartlyDone },
    { what: "slots open, both nodes there", error: full, states: [half], Kind: NodeFailed },
  ])("$what", async ({ error, states, Kind }) => {
    const { failure } = await after(new Pair(states), { error });
    expect(failure).toBeInstanceOf(Kind);
    expect(failure).toMatchObject({ code: error.code });
  });

  test("slots of which nobody knows count as open", async () => {
    const silent: FakeClient = { look: () => Promise.reject(lost) };
    const { failure } = await after(new Pair([untouched]), { error: lost, clients: { source: silent } });
    expect(failure).toBeInstanceOf(PartlyDone);
  });
});

/** A node that is a replica by now, of the version given. */
function demoted(pair: Pair, side: "source" | "target", version: string): FakeClient {
  const { view, ...rest } = pair.look(side) as Extract<Look, { view: unknown }>;
  const self = { ...view.self, role: "replica" as const };
  return { look: () => Promise.resolve({ ...rest, view: { ...view, version, self } }) };
}

test.each(["source", "target"] as const)(
  "where the %s is a replica by now, nothing is closed",
  async (side) => {
    const pair = new Pair([untouched]);
    const { failure, events } = await after(pair, { clients: { [side]: demoted(pair, side, "7.0.15") } });
    expect(messageOf(failure)).toMatch(/Some slots may be open now.* the replica that has taken over/);
    expect(pair.told).toEqual([]);
    expect(events).toEqual([]);
  },
);

test.each([
  full,
  new NodeFailed("It is a replica now.", { code: "failed-over" }),
  new ConnectFailed("", { code: "x" }),
])("keys that a server has deleted are told as lost, whatever went wrong first: $code", async (error) => {
  const pair = new Pair([untouched]);
  const { failure } = await after(pair, { error, clients: { target: demoted(pair, "target", "8.6.3") } });
  expect(failure).toBeInstanceOf(NodeFailed);
  expect(failure).toMatchObject({ code: "keys-trimmed", node: "10.0.0.2:6379" });
  expect(messageOf(failure)).toMatch(/keys of theirs that had arrived at 10\.0\.0\.2:6379 are lost/);
});

test.each([
  { hint: undefined, is: "Run the same command again: it goes on from here." },
  { hint: "Free memory.", is: "Free memory. Then run the same command again: it goes on from here." },
  { hint: "Free memory, then run it again.", is: "Free memory, then run it again." },
])("the hint $hint says how to go on", async ({ hint, is }) => {
  const error = new NodeFailed("It failed.", { code: "x", hint });
  expect((await after(new Pair([]), { error })).failure).toMatchObject({ hint: is });
});

test.each([
  { state: untouched, told: "No slot was left open." },
  {
    state: { ...untouched, hasKeyAtTarget: true },
    told: "Slot 0 is open now, on its way from 10.0.0.1:6379 to 10.0.0.2:6379; every key is on one of the two.",
  },
])("a defect of ours is told as it is, and what is open beside it: $told", async ({ state, told }) => {
  const bug = new TypeError("cannot be");
  const { failure, events } = await after(new Pair([state]), { error: bug });
  expect(failure).toBe(bug);
  expect(events).toEqual([{ event: "warning", node: "10.0.0.1:6379", message: told }]);
});

test.each([new TypeError("cannot be"), new Bug("cannot be")])(
  "a defect of ours is told as it is: $name",
  async (bug) => {
    expect((await after(new Pair([untouched]), { error: bug })).failure).toBe(bug);
    const source: FakeClient = { look: () => Promise.reject(bug) };
    await expect(after(new Pair([untouched]), { clients: { source } })).rejects.toBe(bug);
  },
);
