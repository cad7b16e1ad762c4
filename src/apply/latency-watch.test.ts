import { expect, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { fakeClients } from "../../test/support/fake-node-clients.ts";
import { ConnectFailed } from "../errors.ts";
import { LatencyWatch } from "./latency-watch.ts";

/** A node that is connected to, and whose answers come when the test says so. */
async function watched() {
  const clock = new FakeClock();
  let settle = Promise.withResolvers<void>();
  let pings = 0;
  const clients = fakeClients({
    "10.0.0.1:6379": {
      ping: () => {
        pings += 1;
        settle = Promise.withResolvers<void>();
        return settle.promise;
      },
    },
  });
  const watch = LatencyWatch.start(clients.at({ host: "10.0.0.1", port: 6379 }), clock);
  /** The answer under way comes after so long, and the next question is asked. */
  const answerAfter = async (ms: number): Promise<void> => {
    clock.pass(ms);
    settle.resolve();
    await turn();
  };
  await answerAfter(CONNECTED_AFTER_MS);
  return { watch, clock, answerAfter, fail: (error: Error) => settle.reject(error), pings: () => pings };
}

const CONNECTED_AFTER_MS = 90;

/** Lets everything that is due happen. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("a client waits for what an answer takes beyond the line at its best", async () => {
  const { watch, answerAfter } = await watched();
  await answerAfter(1);
  expect(watch.roundTripMs).toBe(1);
  expect(watch.nowMs).toBe(0);
  await answerAfter(8);
  expect(watch.nowMs).toBe(7);
  expect(watch.roundTripMs).toBe(1);
});

test("an answer that is still to come counts already", async () => {
  const { watch, clock, answerAfter } = await watched();
  await answerAfter(1);
  clock.pass(30);
  expect(watch.nowMs).toBe(29);
  expect(watch.usualMs).toBe(0);
});

test("what 95 of 100 wait is not what the slowest one waits, and is forgotten after half a second", async () => {
  const { watch, clock, answerAfter } = await watched();
  for (let index = 0; index < 39; index++) await answerAfter(index > 35 ? 7 : 1);
  await answerAfter(21);
  expect(watch.usualMs).toBe(6);
  clock.pass(600);
  expect(watch.usualMs).toBe(0);
});

test("what was waited for in vain is a wait too, and the node is asked again", async () => {
  const { watch, clock, answerAfter, fail, pings } = await watched();
  await answerAfter(1);
  clock.pass(400);
  fail(new ConnectFailed("silent", { code: "node-silent" }));
  await turn();
  expect(watch.nowMs).toBeGreaterThanOrEqual(399);
  expect(pings()).toBe(4);
  await answerAfter(1);
  expect(watch.nowMs).toBe(0);
});

test("it asks no more once it is over", async () => {
  const { watch, answerAfter, pings } = await watched();
  watch[Symbol.dispose]();
  await answerAfter(1);
  expect(pings()).toBe(2);
});
