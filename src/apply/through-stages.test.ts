import { expect, test } from "vitest";
import { Bug, NodeFailed } from "../errors.ts";
import { throughStages } from "./through-stages.ts";

const soon = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Stages that take so long, and what was at work at the same time. */
function watched(tookMs: readonly number[], failing?: { stage: number; item: number; error: unknown }) {
  const events: string[] = [];
  const atWork = new Set<string>();
  const together = new Set<string>();
  const stages = tookMs.map((ms, stage) => async (item: number) => {
    const name = `${stage}:${item}`;
    events.push(name);
    atWork.add(name);
    for (const other of atWork) if (other !== name) together.add([other, name].toSorted().join(" "));
    await soon(ms);
    atWork.delete(name);
    if (failing?.stage === stage && failing.item === item) throw failing.error;
  });
  return { events, together, stages, atWork };
}

test("items overtake nobody, and each stage has one at a time", async () => {
  const { events, together, stages } = watched([1, 5, 2]);
  await throughStages([0, 1, 2, 3, 4], stages);
  for (const stage of [0, 1, 2]) {
    const items = events.filter((event) => event.startsWith(`${stage}:`));
    expect(items).toEqual([0, 1, 2, 3, 4].map((item) => `${stage}:${item}`));
  }
  for (const item of [0, 1, 2, 3, 4]) {
    const passed = events.filter((event) => event.endsWith(`:${item}`));
    expect(passed).toEqual([0, 1, 2].map((stage) => `${stage}:${item}`));
  }
  const stagesOf = (pair: string) => pair.split(" ").map((name) => name.split(":")[0]);
  expect([...together].filter((pair) => new Set(stagesOf(pair)).size === 1)).toEqual([]);
  expect(together).toContain("0:1 1:0");
  expect(together).toContain("1:1 2:0");
});

test("an item is asked for only once the one before it has got to the second stage", async () => {
  const events: string[] = [];
  function* items() {
    for (let item = 0; item < 4; item++) {
      events.push(`asked for ${item}`);
      yield item;
    }
  }
  const second = async (item: number) => {
    events.push(`begun ${item}`);
    await soon(5);
  };
  await throughStages(items(), [() => soon(0), second, () => soon(0)]);
  for (const item of [2, 3]) {
    expect(events.indexOf(`asked for ${item}`)).toBeGreaterThan(events.indexOf(`begun ${item - 2}`) + 1);
    const waiting = events
      .slice(0, events.indexOf(`asked for ${item}`))
      .filter((event) => event.startsWith("asked"));
    const reached = events
      .slice(0, events.indexOf(`asked for ${item}`) + 2)
      .filter((event) => event.startsWith("begun"));
    expect(waiting.length - reached.length).toBeLessThanOrEqual(0);
  }
});

test("a slow last stage holds the first ones back", async () => {
  let inHand = 0;
  let most = 0;
  await throughStages(
    [0, 1, 2, 3, 4, 5],
    [
      async () => void (most = Math.max(most, ++inHand)),
      () => soon(0),
      async () => {
        await soon(5);
        inHand -= 1;
      },
    ],
  );
  expect(most).toBeLessThanOrEqual(3);
});

test("a failure is told once nothing is under way, and nothing is begun after it", async () => {
  const error = new NodeFailed("gone", { code: "node-gone" });
  const { events, stages, atWork } = watched([1, 4, 2], { stage: 1, item: 2, error });
  await expect(throughStages([0, 1, 2, 3, 4, 5, 6], stages)).rejects.toBe(error);
  expect(atWork.size).toBe(0);
  expect(events).not.toContain("2:2");
  expect(events.some((event) => event.endsWith(":5"))).toBe(false);
});

test.each([new TypeError("ours"), new Bug("ours")])(
  "a defect of ours is told before what a node did: $name",
  async (bug) => {
    const stage = async (item: number) => {
      await soon(1);
      throw item === 0 ? new NodeFailed("gone", { code: "node-gone" }) : bug;
    };
    const open = async (item: number) => {
      if (item === 1) await soon(3);
      if (item === 1) throw bug;
    };
    await expect(throughStages([0, 1], [open, stage])).rejects.toBe(bug);
  },
);

test("no items are no work", async () => {
  const { events, stages } = watched([1, 1]);
  await throughStages([], stages);
  expect(events).toEqual([]);
});
