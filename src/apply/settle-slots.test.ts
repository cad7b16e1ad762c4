import { expect, test } from "vitest";
import { idOf, looksAt, type NodeSpec } from "../../test/support/a-cluster.ts";
import { aFakeApplyContext } from "../../test/support/fake-apply-context.ts";
import { fakeClients } from "../../test/support/fake-node-clients.ts";
import { formatAddress, parseAddress } from "../cluster/address.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import type { NodeRef } from "../plan/step.ts";
import { settleSlots } from "./settle-slots.ts";

const at = { a: "10.0.0.1:6379", b: "10.0.0.2:6379" };
type Name = keyof typeof at;

interface Now {
  readonly a?: Partial<NodeSpec>;
  readonly b?: Partial<NodeSpec>;
  /** Keys of the slots that a node holds. */
  readonly keysAt?: Partial<Record<Name, number>>;
}

/** Closes slots 5 and 6, which a owns, at the nodes given; says who was told what. */
async function settled(openAt: readonly Name[], now: Now): Promise<{ told: string[]; error: unknown }> {
  const told: string[] = [];
  const looks = looksAt([
    { name: "a", at: at.a, slots: "0-8191", ...now.a },
    { name: "b", at: at.b, slots: "8192-16383", ...now.b },
  ]);
  const clientOf = (name: Name) => {
    const tell = (what: string) => (slots: Iterable<number>) => {
      const list = [...slots];
      if (list.length > 0) told.push(`${name} ${what} ${list.join()}`);
      return Promise.resolve();
    };
    return {
      look: () => {
        const look = looks.find(({ address }) => formatAddress(address) === at[name]);
        return look ? Promise.resolve(look) : Promise.reject(new Error(`there is no ${name}`));
      },
      countKeys: (slots: readonly number[]) => Promise.resolve(slots.map(() => now.keysAt?.[name] ?? 0)),
      setSlotOwner: (slots: Iterable<number>, id: string) => tell(id === idOf("a") ? "owner-a" : id)(slots),
      closeSlots: tell("close"),
    };
  };
  const clients = fakeClients({ [at.a]: clientOf("a"), [at.b]: clientOf("b") });
  const { context } = aFakeApplyContext({ clients });
  const ref = (name: Name): NodeRef => ({ id: idOf(name), address: parseAddress(at[name]) });
  const step = {
    kind: "settle-slot" as const,
    slots: SlotSet.of([5, 6]),
    owner: ref("a"),
    openAt: openAt.map(ref),
  };
  try {
    await settleSlots(context, {
      steps: [step],
      basis: { nodes: [] },
      members: [],
      onEnd: () => told.push("end"),
    });
    return { told, error: undefined };
  } catch (error) {
    return { told, error };
  }
}

const importing = [5, 6].map((slot) => ({ slot, direction: "importing" as const, peer: "a" }));
const migrating = [5, 6].map((slot) => ({ slot, direction: "migrating" as const, peer: "b" }));

test.each<{ name: string; openAt: readonly Name[]; now: Now; told: string[] }>([
  { name: "the other side imports", openAt: ["b"], now: { b: { open: importing } }, told: ["b close 5,6"] },
  { name: "the owner migrates", openAt: ["a"], now: { a: { open: migrating } }, told: ["a close 5,6"] },
  {
    name: "the other side takes one for its own",
    openAt: ["b"],
    now: { b: { open: importing, slots: "6,8192-16383" } },
    told: ["b owner-a 6", "b close 5"],
  },
  {
    name: "one was closed meanwhile",
    openAt: ["b"],
    now: { b: { open: importing.slice(0, 1) } },
    told: ["b close 5"],
  },
  {
    name: "the other side has given its last slot away and follows the owner, with its keys",
    openAt: ["b"],
    now: { b: { slots: "", replicaOf: "a" }, keysAt: { b: 1 } },
    told: [],
  },
  {
    name: "a replica of the owner tells of what its primary has open",
    openAt: ["a", "b"],
    now: { a: { open: migrating }, b: { slots: "", replicaOf: "a", open: migrating } },
    told: ["a close 5,6"],
  },
])("where $name, the slots are closed where they are open", async ({ openAt, now, told }) => {
  expect(await settled(openAt, now)).toEqual({ told: [...told, "end"], error: undefined });
});

test.each<{ name: string; openAt: readonly Name[]; now: Now; node: string; says: RegExp }>([
  {
    name: "the owner has given one away",
    openAt: ["b"],
    now: { a: { slots: "0-5,7-8191" }, b: { open: importing } },
    node: at.a,
    says: /does not own slots 6 by now/,
  },
  {
    name: "the owner sends one away by now",
    openAt: ["b"],
    now: { a: { open: migrating.slice(0, 1) }, b: { open: importing } },
    node: at.a,
    says: /is sending away slots 5 by now/,
  },
  {
    name: "the other side has got a key",
    openAt: ["b"],
    now: { b: { open: importing }, keysAt: { b: 1 } },
    node: at.b,
    says: /holds keys of slots 5, 6 by now/,
  },
  {
    name: "the other side follows somebody else, who has got a key",
    openAt: ["b"],
    now: { b: { slots: "", replicaOf: "c" }, keysAt: { b: 1 } },
    node: at.b,
    says: /holds keys of slots 5, 6 by now/,
  },
])("where $name, nothing is closed", async ({ openAt, now, node, says }) => {
  const { told, error } = await settled(openAt, now);
  expect(told).toEqual([]);
  expect(error).toMatchObject({
    name: "Stale",
    code: "slots-moved-meanwhile",
    node,
    message: expect.stringMatching(says),
  });
});
