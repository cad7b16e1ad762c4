import { describe, expect, test } from "vitest";
import { idOf, looksAt, type NodeSpec } from "../../test/support/a-cluster.ts";
import { conditionsOfSteps } from "../../test/support/conditions-of-steps.ts";
import { aFakeApplyContext } from "../../test/support/fake-apply-context.ts";
import { fakeClients } from "../../test/support/fake-node-clients.ts";
import { joinViews } from "../cluster/join-views.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { DeadlinePassed, NodeFailed, Stale } from "../errors.ts";
import type { FailoverMode, StepOf } from "../plan/step.ts";
import { failOver } from "./fail-over.ts";

/** When the primary's ping reaches the replica, and its offset is no longer 0. */
const PING_MS = 10_000;

test.each<{ version: string; mode: FailoverMode; askedMs: number }>([
  { version: "6.0.16", mode: "graceful", askedMs: PING_MS },
  { version: "6.0.16", mode: "force", askedMs: 0 },
  { version: "6.2.0", mode: "graceful", askedMs: 0 },
  { version: "7.0.15", mode: "graceful", askedMs: 0 },
])(
  "a $version replica of a primary that never sent anything is asked ($mode) after $askedMs ms",
  async ({ version, mode, askedMs }) => {
    const { asked, isOver } = await promoted({ version, mode });
    expect(asked).toEqual([expect.closeTo(askedMs, -2)]);
    expect(isOver).toBe(true);
  },
);

/** Promotes the replica of an idle shard, whose link carries nothing until the primary's first ping. */
async function promoted({ version, mode }: { version: string; mode: FailoverMode }) {
  const asked: number[] = [];
  const looks = () => {
    const offset = clock.nowMs() < startMs + PING_MS ? 0 : 14;
    const view: Partial<NodeView> = {
      version,
      replication: { role: "replica", offset, linkUp: true, syncing: false },
    };
    const replica: NodeSpec = { name: "r", at: "10.0.0.2:6379", view };
    return looksAt(
      asked.length > 0
        ? [
            { name: "a", replicaOf: "r" },
            { ...replica, slots: "0-16383" },
          ]
        : [
            { name: "a", slots: "0-16383" },
            { ...replica, replicaOf: "a" },
          ],
    );
  };
  const address = { host: "10.0.0.2", port: 6379 };
  const lookAtReplica = () => {
    const look = looks().find(({ expectedId }) => expectedId === idOf("r"));
    return look ? Promise.resolve(look) : Promise.reject(new Error("the replica is gone"));
  };
  const failover = () => Promise.resolve(void asked.push(clock.nowMs() - startMs));
  const { context, clock } = aFakeApplyContext({
    clients: fakeClients({ "10.0.0.2:6379": { look: lookAtReplica, failover } }),
    lookAt: () => Promise.resolve(joinViews(looks())),
    waitMs: 60_000,
  });
  const startMs = clock.nowMs();
  let isOver = false;
  const steps: StepOf<"failover">[] = [
    { kind: "failover", replica: { id: idOf("r"), address }, primaryId: idOf("a"), mode },
  ];
  await failOver(
    { ...context, clock },
    {
      steps,
      conditionsOf: conditionsOfSteps(steps),
      basis: { nodes: [] },
      members: [address],
      onEnd: () => {
        isOver = true;
      },
    },
  );
  return { asked, isOver };
}

const refusal = new NodeFailed("10.0.0.2:6379 refused CLUSTER FAILOVER", { code: "command-failed" });

const before = looksAt([
  { name: "a", slots: "0-16383" },
  { name: "r", at: "10.0.0.2:6379", replicaOf: "a" },
  { name: "w" },
]);
const promotedSpecs: readonly NodeSpec[] = [
  { name: "a", replicaOf: "r" },
  { name: "r", at: "10.0.0.2:6379", slots: "0-16383" },
  { name: "w" },
];
const after = looksAt(promotedSpecs);

describe("a replica that refuses", () => {
  test("because it was promoted between the look and the question has what was wanted", async () => {
    const { run, asked } = failingOver({
      looks: [before, before, after],
      onAsked: () => Promise.reject(refusal),
    });
    await run();
    expect(asked).toHaveLength(1);
  });

  test("and is a replica still makes the failover fail", async () => {
    const { run } = failingOver({ looks: [before], onAsked: () => Promise.reject(refusal) });
    await expect(run()).rejects.toBe(refusal);
  });
});

describe("a replica that follows somebody else by now", () => {
  const elsewhere = looksAt([
    { name: "a", slots: "0-8191" },
    { name: "r", at: "10.0.0.2:6379", replicaOf: "w" },
    { name: "w", slots: "8192-16383" },
  ]);
  const stale = {
    name: Stale.name,
    code: "node-changed",
    node: "10.0.0.2:6379",
    message: expect.stringMatching(/^10\.0\.0\.2:6379 follows \w{8} now and not \w{8}, /),
  };

  test("is not asked to take its place", async () => {
    const { run, asked } = failingOver({ looks: [elsewhere] });
    await expect(run()).rejects.toMatchObject(stale);
    expect(asked).toEqual([]);
  });

  test("is not asked a second time", async () => {
    const { run, asked } = failingOver({ looks: [before, before, elsewhere], waitMs: 13_000 });
    await expect(run()).rejects.toMatchObject(stale);
    expect(asked).toHaveLength(1);
  });
});

describe("everybody is waited for", () => {
  /** The replica is primary, and one node still says that the old one owns slots. */
  const oneBehind = (behind: string) =>
    whereOneSays(promotedSpecs, behind, [
      { name: "a", slots: "0-99" },
      { name: "r", at: "10.0.0.2:6379", slots: "100-16383" },
      { name: "w" },
    ]);

  test.each(["a", "w"])("while %s says that the old primary owns slots", async (behind) => {
    const { run, clock } = failingOver({
      looks: [before, before, oneBehind(behind), oneBehind(behind), after],
    });
    const startMs = clock.nowMs();
    await run();
    expect(clock.nowMs() - startMs).toBeGreaterThan(40);
  });

  test("a sibling that stays with the old primary is told whom to follow", async () => {
    const withSibling = (followed: string) =>
      looksAt([...promotedSpecs, { name: "s", at: "10.0.0.4:6379", replicaOf: followed }]);
    const behind = withSibling("a");
    const { run, told } = failingOver({
      looks: [before, before, behind],
      afterReplicate: withSibling("r"),
      waitMs: 10_000,
    });
    await run();
    expect(told).toEqual([idOf("r")]);
  });

  test("and named when time is up", async () => {
    const { run } = failingOver({ looks: [before, oneBehind("a")] });
    await expect(run()).rejects.toMatchObject({
      name: DeadlinePassed.name,
      code: "no-agreement",
      message: expect.stringMatching(/10\.0\.0\.2:6379 is primary, but .* do not say so: 10\.0\.0\.1:6379\./),
    });
  });

  test("a replica that is not promoted is asked again, and named when time is up", async () => {
    const { run, asked } = failingOver({ looks: [before], waitMs: 13_000 });
    await expect(run()).rejects.toMatchObject({ code: "no-promotion", node: "10.0.0.2:6379" });
    expect(asked).toHaveLength(3);
  });
});

describe("as its turn comes", () => {
  const replicaThat = (view: Partial<NodeView>) =>
    looksAt([
      { name: "a", slots: "0-8191" },
      { name: "r", at: "10.0.0.2:6379", replicaOf: "a", view },
      { name: "w", slots: "8192-16383" },
    ]);
  const link = (linkUp: boolean, syncing = false) => ({
    replication: { role: "replica" as const, offset: 0, linkUp, syncing },
  });

  test("a replica is asked only once its link is up", async () => {
    const down = replicaThat(link(false));
    const { run, asked, clock } = failingOver({ looks: [down, down, down, before, before, after] });
    const startMs = clock.nowMs();
    await run();
    expect(asked.map((atMs) => atMs - startMs)).toEqual([60]);
  });

  test.each([
    { what: "has no link", looks: replicaThat(link(false)), code: "replica-link-down" },
    { what: "is in the midst of a sync", looks: replicaThat(link(false, true)), code: "replica-syncing" },
  ])("one that $what is not asked", async ({ looks, code }) => {
    const { run, asked } = failingOver({ looks: [looks], waitMs: 5000 });
    await expect(run()).rejects.toMatchObject({ name: "Refused", code, node: "10.0.0.2:6379" });
    expect(asked).toEqual([]);
  });
});

describe("a replica is not asked while others know too little", () => {
  const specs: readonly NodeSpec[] = [
    { name: "a", slots: "0-8191" },
    { name: "r", at: "10.0.0.2:6379", replicaOf: "a" },
    { name: "w", slots: "8192-16383" },
  ];
  const formerly = whereOneSays(specs, "w", [
    { name: "a", slots: "0-8191" },
    { name: "r", at: "10.0.0.2:6379" },
    { name: "w", slots: "8192-16383" },
  ]);
  const fewer = whereOneSays(specs, "r", [
    { name: "a", slots: "0-100" },
    { name: "r", at: "10.0.0.2:6379", replicaOf: "a" },
    { name: "w", slots: "8192-16383" },
  ]);

  test.each([
    {
      name: "they take it for a primary",
      looks: formerly,
      told: "10.0.0.2:6379",
      says: /: 10\.0\.0\.3:6379 still takes it /,
    },
    {
      name: "it misses slots",
      looks: fewer,
      told: "10.0.0.1:6379",
      says: /: it does not know all slots of its primary yet\./,
    },
  ])("$name: they are told the news, and named when time is up", async ({ looks, told, says }) => {
    const { run, asked, tellers } = failingOver({ looks: [looks], waitMs: 900 });
    await expect(run()).rejects.toMatchObject({ code: "no-agreement", message: expect.stringMatching(says) });
    expect(asked).toEqual([]);
    expect(tellers).toEqual([told, told]);
  });

  test("it is asked as soon as they do", async () => {
    const { run, asked } = failingOver({ looks: [formerly, formerly, looksAt(specs), after] });
    await run();
    expect(asked).toHaveLength(1);
  });
});

type Looks = ReturnType<typeof looksAt>;

/** All looks at a cluster of which one node has the view of another one. */
function whereOneSays(specs: readonly NodeSpec[], who: string, other: readonly NodeSpec[]): Looks {
  const others = looksAt(other);
  return looksAt(specs).map((look) => {
    const instead =
      look.expectedId === idOf(who) ? others.find(({ expectedId }) => expectedId === idOf(who)) : look;
    return instead ?? look;
  });
}

/** A failover to r, with what all nodes say from look to look; the last stays. */
function failingOver({
  looks,
  onAsked = () => Promise.resolve(),
  afterReplicate,
  waitMs = 1000,
}: {
  looks: readonly Looks[];
  /** What they say once the sibling at 10.0.0.4 was given another primary. */
  afterReplicate?: Looks;
  onAsked?: () => Promise<void>;
  waitMs?: number;
}) {
  const asked: number[] = [];
  const told: string[] = [];
  const tellers: string[] = [];
  const meet = (teller: string) => () => Promise.resolve(void tellers.push(teller));
  let looked = 0;
  const now = (): Looks =>
    (told.length > 0 ? afterReplicate : undefined) ?? looks[Math.min(looked, looks.length - 1)] ?? [];
  const address = { host: "10.0.0.2", port: 6379 };
  const { context, clock } = aFakeApplyContext({
    clients: fakeClients({
      "10.0.0.1:6379": { meet: meet("10.0.0.1:6379") },
      "10.0.0.3:6379": { meet: meet("10.0.0.3:6379") },
      "10.0.0.2:6379": {
        meet: meet("10.0.0.2:6379"),
        look: () => {
          const look = now().find(({ expectedId }) => expectedId === idOf("r"));
          return look ? Promise.resolve(look) : Promise.reject(new Error("the replica is gone"));
        },
        failover: () => {
          asked.push(clock.nowMs());
          return onAsked();
        },
      },
      "10.0.0.4:6379": { replicate: (id) => Promise.resolve(void told.push(id)) },
    }),
    lookAt: () => {
      const topology = joinViews(now());
      looked += 1;
      return Promise.resolve(topology);
    },
    waitMs,
  });
  const replica = { id: idOf("r"), address };
  const step = { kind: "failover" as const, replica, primaryId: idOf("a"), mode: "graceful" as const };
  const stage = { steps: [step], basis: { nodes: [] }, members: [address], onEnd: () => undefined };
  const run = () => failOver(context, { ...stage, conditionsOf: conditionsOfSteps([step]) });
  return { run, asked, told, tellers, clock };
}
