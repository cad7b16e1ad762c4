import { expect, test } from "vitest";
import { aPairMove } from "../../test/support/a-pair-move.ts";
import { anEmptyNode } from "../../test/support/a-cluster.ts";
import { aFakeApplyContext } from "../../test/support/fake-apply-context.ts";
import { fakeClients } from "../../test/support/fake-node-clients.ts";
import { redisAtomic } from "./redis-atomic.ts";

interface Target {
  readonly memoryBytes?: number;
  readonly maxmemoryBytes: number;
  readonly policy?: string;
}

/** Slots 5-7 take 3000 bytes. */
async function mayStart({
  memoryBytes = 10_000,
  maxmemoryBytes,
  policy = "noeviction",
}: Target): Promise<void> {
  const move = aPairMove();
  const view = { ...anEmptyNode("b", "10.0.0.2:6379"), memoryBytes, maxmemoryBytes };
  const target = {
    look: () => Promise.resolve({ address: move.to.address, view }),
    getConfig: () => Promise.resolve(policy),
  };
  const { context } = aFakeApplyContext({ clients: fakeClients({ "10.0.0.2:6379": target }) });
  await redisAtomic.mayStart(context, { move, slots: move.slots });
}

test.each<Target & { readonly name: string }>([
  { name: "without a limit", maxmemoryBytes: 0 },
  { name: "with just enough room", maxmemoryBytes: 13_000 },
  { name: "that evicts", maxmemoryBytes: 11_000, policy: "allkeys-lru" },
])("a target $name takes what comes", async (target) => {
  await expect(mayStart(target)).resolves.toBeUndefined();
});

test("a target without room is not made to overflow", async () => {
  await expect(mayStart({ maxmemoryBytes: 12_999 })).rejects.toMatchObject({
    code: "target-full",
    node: "10.0.0.2:6379",
    message: expect.stringContaining("no slot is open"),
  });
});
