import { describe, expect, test } from "vitest";
import { aCluster, idOf } from "../../test/support/a-cluster.ts";
import { aFakeApplyContext } from "../../test/support/fake-apply-context.ts";
import { type FakeClient, fakeClients } from "../../test/support/fake-node-clients.ts";
import { formatAddress } from "../cluster/address.ts";
import { DeadlinePassed, NodeFailed } from "../errors.ts";
import { settleEpochs } from "./settle-epochs.ts";

const ADDRESSES = { a: "10.0.0.1:6379", b: "10.0.0.2:6379", c: "10.0.0.3:6379" };
type Name = keyof typeof ADDRESSES;
/** What each has, and the newest that it has heard of. */
type Epochs = Readonly<Record<Name, readonly [own: number, heard: number]>>;

function clusterWith(epochs: Epochs) {
  const slots = { a: "0-5460", b: "5461-10922", c: "10923-16383" };
  return aCluster(
    (["a", "b", "c"] as const).map((name) => ({
      name,
      slots: slots[name],
      epoch: epochs[name][0],
      view: { currentEpoch: epochs[name][1] },
    })),
  );
}

/** Slots go from a to b; the epochs from look to look, the last stays. */
async function settling(states: readonly Epochs[], meet?: FakeClient["meet"]) {
  const told: string[] = [];
  const nameAt = new Map(Object.entries(ADDRESSES).map(([name, address]) => [address, name]));
  let looked = 0;
  const now = () => {
    const state = states[Math.min(looked, states.length - 1)];
    if (!state) throw new Error("there is no state");
    return clusterWith(state);
  };
  const { context, clock } = aFakeApplyContext({
    lookAt: () => {
      looked += 1;
      return Promise.resolve(now());
    },
    clients: fakeClients(
      Object.fromEntries(
        Object.entries(ADDRESSES).map(([name, address]): [string, FakeClient] => [
          address,
          {
            meet:
              meet ??
              ((peers) => {
                told.push(...peers.map(({ announced }) => name + nameAt.get(formatAddress(announced))));
                return Promise.resolve();
              }),
          },
        ]),
      ),
    ),
  });
  const startMs = clock.nowMs();
  const movers = { sourceIds: new Set([idOf("a")]), targetIds: new Set([idOf("b")]) };
  const error: unknown = await settleEpochs(context, { topology: now(), ...movers }).catch(
    (thrown: unknown) => thrown,
  );
  return { told: told.toSorted(), error, tookMs: clock.nowMs() - startMs };
}

describe("nobody is waited for", () => {
  test.each<{ what: string; epochs: Epochs }>([
    { what: "where all epochs differ, and are heard of", epochs: { a: [1, 3], b: [2, 3], c: [3, 3] } },
    { what: "where two have one that give no slots away", epochs: { a: [1, 3], b: [3, 3], c: [3, 3] } },
    { what: "who takes no slots and has not heard", epochs: { a: [3, 3], b: [2, 3], c: [1, 2] } },
  ])("$what", async ({ epochs }) => {
    expect(await settling([epochs])).toEqual({ told: [], error: undefined, tookMs: 0 });
  });
});

test.each<{ what: string; first: Epochs; told: readonly string[] }>([
  { what: "the target has not heard", first: { a: [5, 5], b: [2, 4], c: [3, 5] }, told: ["ab"] },
  { what: "the target has the same", first: { a: [5, 5], b: [5, 5], c: [3, 5] }, told: ["ab", "ba"] },
  { what: "another primary has the same", first: { a: [5, 5], b: [2, 5], c: [5, 5] }, told: ["ac", "ca"] },
])("$what as the source: they tell each other, and it is waited for", async ({ first, told }) => {
  const settled: Epochs = { a: [6, 6], b: [2, 6], c: [5, 6] };
  expect(await settling([first, first, settled])).toEqual({ told, error: undefined, tookMs: 20 });
});

test("who may not introduce nodes leaves it to gossip", async () => {
  const denied = new NodeFailed("10.0.0.1:6379 does not let the user meet", { code: "denied" });
  const states: Epochs[] = [
    { a: [5, 5], b: [5, 5], c: [3, 5] },
    { a: [6, 6], b: [5, 6], c: [3, 6] },
  ];
  expect(await settling(states, () => Promise.reject(denied))).toMatchObject({ error: undefined });
});

test.each<{ epochs: Epochs; says: RegExp }>([
  {
    epochs: { a: [5, 5], b: [5, 5], c: [3, 5] },
    says: /^10\.0\.0\.1:6379 and 10\.0\.0\.2:6379 still have the same config epoch 5 after 1 s/,
  },
  {
    epochs: { a: [5, 5], b: [2, 4], c: [3, 5] },
    says: /^10\.0\.0\.2:6379 has not heard of config epoch 5 of 10\.0\.0\.1:6379 after 1 s/,
  },
])("no slot moves where it stays so: $says", async ({ epochs, says }) => {
  const { error } = await settling([epochs]);
  expect(error).toBeInstanceOf(DeadlinePassed);
  expect(error).toMatchObject({ code: "no-agreement", message: expect.stringMatching(says) });
});
