import { expect, test } from "vitest";
import { aCluster, idOf, looksAt } from "../../test/support/a-cluster.ts";
import { aFakeApplyContext } from "../../test/support/fake-apply-context.ts";
import { type FakeClient, fakeClients } from "../../test/support/fake-node-clients.ts";
import { parseAddress } from "../cluster/address.ts";
import { ConnectFailed, NodeFailed } from "../errors.ts";
import type { Step, StepOf } from "../plan/step.ts";
import { setConfigs } from "./set-configs.ts";

const specs = ["a", "b", "c"].map((name) => ({ name }));
const addresses = ["10.0.0.1:6379", "10.0.0.2:6379", "10.0.0.3:6379"];

/** A server in a few lines: its value, and what it wrote to its file. */
class Server {
  value = "15000";
  file = "15000";
  canWrite = true;
  canSet = true;

  client(index: number): FakeClient {
    const look = looksAt(specs)[index];
    return {
      look: () => (look ? Promise.resolve(look) : Promise.reject(new Error("there is no such node"))),
      getConfig: () => Promise.resolve(this.value),
      setConfig: async (_, value) => {
        if (!this.canSet) throw new NodeFailed(`${addresses[index]} is gone.`, { code: "node-gone" });
        this.value = value;
      },
      keepConfig: async (_, value) => {
        this.value = value;
        if (!this.canWrite)
          throw new NodeFailed(`${addresses[index]} refused CONFIG REWRITE: ERR`, { code: "command-failed" });
        this.file = value;
      },
    };
  }
}

const stepAt = (index: number, changes: Partial<StepOf<"set-config">> = {}): StepOf<"set-config"> => ({
  kind: "set-config",
  node: { id: idOf(specs[index]?.name ?? ""), address: parseAddress(addresses[index] ?? "") },
  setting: "cluster-node-timeout",
  value: "5000",
  before: "15000",
  keep: true,
  ...changes,
});

async function run(servers: readonly Server[], steps: readonly StepOf<"set-config">[], signal?: AbortSignal) {
  const clients = fakeClients(
    Object.fromEntries(servers.map((server, index) => [addresses[index] ?? "", server.client(index)])),
  );
  const { context } = aFakeApplyContext({ clients, ...(signal ? { signal } : {}) });
  const ended: Step[] = [];
  const stage = { steps, basis: aCluster(specs), members: [], onEnd: (step: Step) => void ended.push(step) };
  const failure = await setConfigs(context, stage).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { ended: ended.length, failure };
}

const three = () => [new Server(), new Server(), new Server()] as const;

test("every node has it, and in its file where it has one", async () => {
  const [a, b, c] = three();
  const steps = [stepAt(0), stepAt(1), stepAt(2, { keep: false })];
  expect(await run([a, b, c], steps)).toEqual({ ended: 3, failure: undefined });
  expect([a, b, c].map(({ value, file }) => [value, file])).toEqual([
    ["5000", "5000"],
    ["5000", "5000"],
    ["5000", "15000"],
  ]);
});

test("a value that is there and not in the file yet is written", async () => {
  const [a] = three();
  a.value = "5000";
  await run([a], [stepAt(0)]);
  expect(a.file).toBe("5000");
});

test("a node that cannot keep it gets its old value back, and the others theirs", async () => {
  const [a, b, c] = three();
  b.canWrite = false;
  const { ended, failure } = await run([a, b, c], [stepAt(0), stepAt(1), stepAt(2)]);
  expect(ended).toBe(2);
  expect([a, b, c].map(({ value }) => value)).toEqual(["5000", "15000", "5000"]);
  expect(failure).toMatchObject({
    code: "command-failed",
    node: addresses[1],
    message: expect.stringMatching(/CONFIG REWRITE.*15000 as before\.$/) as string,
  });
});

test("that the old value could not be put back is said", async () => {
  const [a] = three();
  Object.assign(a, { canWrite: false, canSet: false });
  const { failure } = await run([a], [stepAt(0)]);
  expect(failure).toMatchObject({ message: expect.stringContaining("not known") as string });
});

test.each([
  { keep: true, says: /15000 still or 5000 by now, and whether its config file has it, is not known\.$/ },
  { keep: false, says: /15000 still or 5000 by now is not known\.$/ },
])(
  "what a node has that falls silent is not known, and that is said (keep: $keep)",
  async ({ keep, says }) => {
    const [a] = three();
    const hint = "A longer --timeout waits longer.";
    const silent = () =>
      Promise.reject(new ConnectFailed(`${addresses[0]} did not answer.`, { code: "node-silent", hint }));
    const client = a.client(0);
    a.client = () => ({ ...client, keepConfig: silent, setConfig: silent });
    const { ended, failure } = await run([a], [stepAt(0, { keep })]);
    expect(ended).toBe(0);
    expect(failure).toMatchObject({
      name: "ConnectFailed",
      code: "node-silent",
      node: addresses[0],
      message: expect.stringMatching(says) as string,
      hint: expect.stringMatching(
        keep ? /waits longer\. .*CONFIG REWRITE.*same command again/ : /waits longer\. .*same command again/,
      ) as string,
    });
  },
);

test("several nodes that fail are all named", async () => {
  const [a, b, c] = three();
  Object.assign(a, { canWrite: false });
  Object.assign(c, { canWrite: false });
  const { ended, failure } = await run([a, b, c], [stepAt(0), stepAt(1), stepAt(2)]);
  expect(ended).toBe(1);
  expect((failure as Error).message).toMatch(/10\.0\.0\.1:6379.*10\.0\.0\.3:6379/);
});

test("a value that somebody else has set meanwhile is left alone", async () => {
  const [a] = three();
  a.value = "7777";
  const { failure } = await run([a], [stepAt(0)]);
  expect(failure).toMatchObject({ name: "Stale", code: "node-changed" });
  expect(a.value).toBe("7777");
});

test("once it is asked to stop no node is touched", async () => {
  const [a] = three();
  expect(await run([a], [stepAt(0)], AbortSignal.abort())).toEqual({ ended: 0, failure: undefined });
  expect(a.value).toBe("15000");
});
