import { expect, test } from "vitest";
import { idOf } from "../../test/support/a-cluster.ts";
import { aFakeApplyContext } from "../../test/support/fake-apply-context.ts";
import { DwindlingKeys } from "./dwindling-keys.ts";

const holder = { id: idOf("a"), address: { host: "10.0.0.1", port: 6379 } };

test("as long as they become fewer now and then nothing is wrong, and nobody waits for what shrinks", async () => {
  const { context, clock } = aFakeApplyContext({});
  const keys = new DwindlingKeys(context, holder);
  const startMs = clock.nowMs();
  for (let count = 100; count > 0; count--) await keys.stillCounted(count, [5]);
  expect(clock.nowMs()).toBe(startMs);
  for (let round = 0; round < 3; round++) {
    for (let look = 0; look < 19; look++) await keys.stillCounted(1 - round / 4, [5]);
  }
  expect(clock.nowMs()).toBeGreaterThan(startMs);
});

test("what never becomes fewer is not sent for ever", async () => {
  const { context } = aFakeApplyContext({});
  const keys = new DwindlingKeys(context, holder);
  const looks = async () => {
    for (let look = 0; look < 100; look++) await keys.stillCounted(3 + (look % 2), [5, 6]);
  };
  await expect(looks()).rejects.toMatchObject({
    code: "keys-stay",
    node: "10.0.0.1:6379",
    message: expect.stringContaining("slots 5-6"),
    hint: expect.stringContaining("again"),
  });
});
