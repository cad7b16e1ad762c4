import { expect, test } from "vitest";
import { aCluster } from "../../test/support/a-cluster.ts";
import { NodeFailed } from "../errors.ts";
import type { LoadStats } from "../wire/node-client.ts";
import { type LoadClients, measureLoad } from "./measure-load.ts";

const topology = aCluster([
  { name: "a", slots: "0-8191", view: { keys: 8192, datasetBytes: 8192 * 100 } },
  { name: "b", slots: "8192-16383", view: { keys: 8192, datasetBytes: 8192 * 100 } },
]);

/** Nodes with one key of 100 bytes in each slot. */
function nodesWith(loadStats: () => Promise<LoadStats>): LoadClients {
  return {
    at: () => ({
      databases: () => Promise.resolve([0]),
      countKeys: (slots) => Promise.resolve(slots.map(() => 1)),
      keysIn: ({ slots }) => Promise.resolve(slots.map((slot) => [`key ${slot}`])),
      sizesOf: (keys) => Promise.resolve(keys.map(() => 100)),
      frequenciesOf: (keys) => Promise.resolve(keys.map(() => undefined)),
      loadStats,
    }),
  };
}

const denied = () =>
  Promise.reject(
    new NodeFailed("n refused CLUSTER SLOT-STATS: no permission.", { code: "denied", node: "n" }),
  );

test("a user who may not ask for counts has keys looked at for their memory", async () => {
  const load = await measureLoad(topology, {
    clients: nodesWith(denied),
    measure: "memory",
    seconds: 5,
    tell: () => {},
    letPass: () => Promise.resolve(),
  });
  expect(load).toMatchObject({ how: "sampled", keysSeen: 16_384 });
  expect(load.slots.get(7)).toMatchObject({ load: 100, bytes: 100 });
});

test("and is told so where nothing else can be asked", async () => {
  const asked = { clients: nodesWith(denied), measure: "cpu", seconds: 5, tell: () => {} } as const;
  await expect(measureLoad(topology, { ...asked, letPass: () => Promise.resolve() })).rejects.toMatchObject({
    code: "denied",
  });
});

test("a slot whose counters were reset between the samples, or that has left its node, carries nothing negative", async () => {
  let asked = 0;
  const stats = (): Promise<LoadStats> => {
    const isFirst = asked++ < 2;
    const cpu = (cpuMicroseconds: number) => ({
      memoryBytes: undefined,
      cpuMicroseconds,
      networkBytes: undefined,
    });
    const slots = isFirst
      ? new Map([
          [1, cpu(9000)],
          [2, cpu(5000)],
        ])
      : new Map([[1, cpu(10)]]);
    return Promise.resolve({ slots, commands: isFirst ? 1000 : 10 });
  };
  const passed: number[] = [];
  const load = await measureLoad(topology, {
    clients: nodesWith(stats),
    measure: "cpu",
    seconds: 7,
    tell: () => {},
    letPass: (seconds) => {
      passed.push(seconds);
      return Promise.resolve();
    },
  });
  expect(passed).toEqual([7]);
  expect([...load.slots.values()].every(({ load: carried }) => carried >= 0)).toBe(true);
  expect(load.slots.get(1)?.load).toBeGreaterThan(0);
  expect(load.slots.get(2)?.load).toBe(0);
});
