import { expect, test } from "vitest";
import { aFakeApplyContext } from "../../test/support/fake-apply-context.ts";
import { type FakeClient, fakeClients } from "../../test/support/fake-node-clients.ts";
import type { Address } from "../cluster/address.ts";
import { withSetting } from "./with-setting.ts";

const DELAY = "repl-diskless-sync-delay";
const setting = { name: DELAY, value: 0 };

/** A node with a setting; what it is set to is written down. */
function aNode(before: string | undefined, told: string[], changes: FakeClient = {}): FakeClient {
  return {
    getConfig: (name) => Promise.resolve(name === DELAY ? before : undefined),
    setConfig: (name, value) => {
      told.push(`${name} ${value}`);
      return Promise.resolve();
    },
    ...changes,
  };
}

function at(index: number): Address {
  return { host: "10.0.0.1", port: 7000 + index };
}

test("the setting is low while the work runs, and as before afterwards", async () => {
  const told: string[][] = [[], []];
  const { context, events } = aFakeApplyContext({
    clients: fakeClients({
      "10.0.0.1:7000": aNode("5", told[0] ?? []),
      "10.0.0.1:7001": aNode("2", told[1] ?? []),
    }),
  });
  let during: string[][] = [];
  await withSetting(context, { nodes: [at(0), at(1), at(0)], setting }, () => {
    during = structuredClone(told);
    return Promise.resolve();
  });
  expect(during).toEqual([[`${DELAY} 0`], [`${DELAY} 0`]]);
  expect(told).toEqual([
    [`${DELAY} 0`, `${DELAY} 5`],
    [`${DELAY} 0`, `${DELAY} 2`],
  ]);
  expect(events).toEqual([]);
});

test.each([{ before: "0" }, { before: undefined }])(
  "a node that has it at $before is left alone",
  async ({ before }) => {
    const told: string[] = [];
    const clients = fakeClients({ "10.0.0.1:7000": aNode(before, told) });
    await withSetting(aFakeApplyContext({ clients }).context, { nodes: [at(0)], setting }, () =>
      Promise.resolve(),
    );
    expect(told).toEqual([]);
  },
);

test("it is put back when the work fails, and the failure is that of the work", async () => {
  const told: string[] = [];
  const clients = fakeClients({ "10.0.0.1:7000": aNode("5", told) });
  const work = withSetting(aFakeApplyContext({ clients }).context, { nodes: [at(0)], setting }, () =>
    Promise.reject(new Error("the work failed")),
  );
  await expect(work).rejects.toThrow("the work failed");
  expect(told).toEqual([`${DELAY} 0`, `${DELAY} 5`]);
});

test("a node that forbids CONFIG is warned of, and the work is done all the same", async () => {
  const forbidding = aNode("5", [], { getConfig: () => Promise.reject(new Error("NOPERM config")) });
  const { context, events } = aFakeApplyContext({ clients: fakeClients({ "10.0.0.1:7000": forbidding }) });
  let done = false;
  await withSetting(context, { nodes: [at(0)], setting }, () => {
    done = true;
    return Promise.resolve();
  });
  expect(done).toBe(true);
  expect(events).toEqual([
    {
      event: "warning",
      node: "10.0.0.1:7000",
      message: expect.stringMatching(/^10\.0\.0\.1:7000 could not set .*NOPERM config$/) as string,
    },
  ]);
});

test("a node that cannot be put back is warned of with what it was", async () => {
  const stubborn = aNode("5", [], {
    setConfig: (_, value) => (value === "0" ? Promise.resolve() : Promise.reject(new Error("gone"))),
  });
  const { context, events } = aFakeApplyContext({ clients: fakeClients({ "10.0.0.1:7000": stubborn }) });
  await withSetting(context, { nodes: [at(0)], setting }, () => Promise.resolve());
  expect(events).toEqual([
    expect.objectContaining({
      event: "warning",
      message: `10.0.0.1:7000 still has ${DELAY} 0 instead of 5: gone`,
    }),
  ]);
});

test("a node that may have been set before it failed is put back as well", async () => {
  const told: string[] = [];
  const unsure = aNode("5", told, {
    setConfig: (name, value) => {
      told.push(`${name} ${value}`);
      return value === "0" ? Promise.reject(new Error("connection lost")) : Promise.resolve();
    },
  });
  const clients = fakeClients({ "10.0.0.1:7000": unsure });
  await withSetting(aFakeApplyContext({ clients }).context, { nodes: [at(0)], setting }, () =>
    Promise.resolve(),
  );
  expect(told).toEqual([`${DELAY} 0`, `${DELAY} 5`]);
});
