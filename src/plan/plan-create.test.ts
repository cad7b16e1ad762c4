import { formatAddress } from "../cluster/address.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { idOf } from "../../test/support/a-cluster.ts";
import { changed, emptyNodes, withLine } from "../../test/support/empty-nodes.ts";
import type { NodeLine } from "../cluster/node-line.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import { planCreate } from "./plan-create.ts";
import type { Plan } from "./plan.ts";
import type { Step } from "./step.ts";

const lowersSettings = {
  kind: "lowers-settings",
  settings: ["cluster-node-timeout 503", "repl-diskless-sync-delay 0"],
};

/** Nodes that do not know their address yet. */
function newNodes(count: number): NodeView[] {
  return emptyNodes(count).map((view) => ({
    ...view,
    clusterState: "fail",
    self: { ...view.self, address: undefined },
  }));
}

function plan(views: readonly NodeView[], replicasPerPrimary = 1, allowFewPrimaries = false): Plan {
  return planCreate({ views, wish: { replicasPerPrimary, allowFewPrimaries } });
}

const ref = (name: string, host: number) => ({
  id: idOf(name),
  address: { host: `10.0.0.${host}`, port: 7000 },
});
const peer = (name: string, host: number) => ({
  ...ref(name, host),
  announced: { host: `10.0.0.${host}`, port: 7000 },
  busPort: 17_000,
});

describe("empty nodes", () => {
  test("slots, then epochs, then everybody meets, then writes are taken, then replicas follow", () => {
    const { steps, notes, command } = plan(newNodes(6));
    expect(command).toBe("create");
    expect(notes).toEqual([{ kind: "placement", reached: "perfect" }, lowersSettings]);
    const slots = ["a takes 0-5460", "b takes 5461-10922", "c takes 10923-16383"];
    expect(steps.map(describeStep)).toEqual(
      slots.concat(
        ["a is 1", "b is 2", "c is 3", "d is 4", "e is 5", "f is 6"],
        ["a meets bcdef", "b meets cdef", "c meets def", "d meets ef", "e meets f"],
        ["a takes writes", "b takes writes", "c takes writes"],
        ["d follows a", "e follows b", "f follows c"],
      ),
    );
    expect(steps[13]).toEqual({ kind: "meet", node: ref("e", 5), peers: [peer("f", 6)] });
    expect(steps[14]).toEqual({ kind: "await-ok", node: ref("a", 1) });
    expect(steps[17]).toEqual({
      kind: "replicate",
      replica: ref("d", 4),
      primary: ref("a", 1),
      syncAtOnce: true,
    });
  });

  test("the basis is what the nodes report", () => {
    expect(plan(newNodes(3), 0).basis.nodes.map(({ id }) => id)).toEqual(["a", "b", "c"].map(idOf));
  });

  test("peers are met at what they announce, else where a name leads to", () => {
    const [a, b, c] = newNodes(3);
    const named = { host: "node-c.example", port: 7000 };
    const views = [
      { ...withView(a), address: { host: "node-a.example", port: 7000 } },
      { ...withView(b), self: withLine(b, { address: { host: "192.168.7.7", port: 7777 } }) },
      { ...withView(c), address: named, self: withLine(c, { address: named, hostname: named.host }) },
    ];
    const meetAddresses = new Map([["node-c.example:7000", { host: "10.9.9.9", port: 7000 }]]);
    const wish = { replicasPerPrimary: 0, allowFewPrimaries: false };
    const meets = planCreate({ views, wish, meetAddresses }).steps.filter((step) => step.kind === "meet");
    expect(meets[0]?.peers.map(({ announced }) => announced)).toEqual([
      { host: "192.168.7.7", port: 7777 },
      { host: "10.9.9.9", port: 7000 },
    ]);
  });

  test("two names of one host are one host", () => {
    const views = newNodes(6).map((view, index) => ({
      ...view,
      address: { host: index % 2 === 0 ? "one.example" : "uno.example", port: 7000 + index },
    }));
    const meetAddresses = new Map(
      views.map(({ address }) => [formatAddress(address), { host: "10.0.0.1", port: address.port }]),
    );
    const wish = { replicasPerPrimary: 1, allowFewPrimaries: false };
    const { notes } = planCreate({ views, wish, meetAddresses });
    expect(notes).toEqual([{ kind: "placement", reached: "one-host" }, lowersSettings]);
  });

  test("an epoch that is there is left alone", () => {
    const views = newNodes(3);
    const reset = changed(views, 1, { self: withLine(views[1], { configEpoch: 9 }) });
    const { steps, notes } = plan(reset, 0);
    expect(steps.filter(({ kind }) => kind === "set-epoch").map(describeStep)).toEqual(["a is 1", "c is 3"]);
    expect(notes).toEqual([{ kind: "placement", reached: "no-replicas" }, lowersSettings]);
  });
});

function withView(view: NodeView | undefined): NodeView {
  if (!view) throw new Error("no such node in the test");
  return view;
}

describe("running it again", () => {
  const wishes = fc
    .record({ nodes: fc.integer({ min: 3, max: 12 }), replicas: fc.nat(3) })
    .filter(({ nodes, replicas }) => nodes > replicas);

  test("from wherever it stopped, what is left is done, and no more", () => {
    fc.assert(
      fc.property(wishes, fc.nat(), ({ nodes, replicas }, stop) => {
        const views = newNodes(nodes);
        const { steps } = plan(views, replicas, true);
        const stopped = stop % steps.length;
        const again = plan(carryOut(views, steps.slice(0, stopped)), replicas, true);
        // Whether primaries take writes is looked at again while anything is left to do.
        const left = steps.filter((step, index) => index >= stopped || step.kind === "await-ok");
        expect(again.steps.map(describeStep)).toEqual(left.map(describeStep));
        expect(again.notes.some(({ kind }) => kind === "continues-earlier-run")).toBe(stopped > 0);
      }),
    );
  });

  test("a cluster that is formed like this needs nothing, in use or not", () => {
    const formed = carryOut(newNodes(6), plan(newNodes(6)).steps);
    const inUse = formed.map((view) => ({ ...view, hasKeys: true, keys: 10 }));
    expect(plan(inUse)).toMatchObject({ steps: [], notes: [{ kind: "placement", reached: "perfect" }] });
  });

  test.each([
    { name: "a primary", index: 1 },
    { name: "a replica", index: 4 },
  ])("a cluster that is formed is still waited for while $name reports it down", ({ index }) => {
    const formed = carryOut(newNodes(6), plan(newNodes(6)).steps);
    const { steps, notes } = plan(changed(formed, index, { clusterState: "fail" }));
    expect(steps.map(describeStep)).toEqual(["a takes writes", "b takes writes", "c takes writes"]);
    expect(notes.map(({ kind }) => kind)).toEqual(["placement", "lowers-settings", "continues-earlier-run"]);
  });

  test("a failover that happened since", () => {
    const formed = carryOut(newNodes(6), plan(newNodes(6)).steps);
    const swapped = formed.map((view) => {
      if (view.self.id === idOf("a")) return { ...view, self: { ...view.self, ...replicaOf("d") } };
      if (view.self.id !== idOf("d")) return view;
      const slots = parseSlots("0-5460");
      return { ...view, self: { ...view.self, role: "primary" as const, primaryId: undefined, slots } };
    });
    expect(() => plan(swapped)).toThrow(expect.objectContaining({ code: "layout-differs" }));
  });

  test("a handshake with a node that was given is none, with another one it is", () => {
    const views = newNodes(3);
    const knock = (host: string) => [
      withLine(views[0], { id: "f".repeat(40), flags: ["handshake"], address: { host, port: 7000 } }),
    ];
    const meeting = plan(changed(views, 0, { lines: knock("10.0.0.2") }), 0);
    expect(meeting.steps.filter(({ kind }) => kind === "meet").map(describeStep)).toContain("a meets bc");
    expect(() => plan(changed(views, 0, { lines: knock("10.0.7.2") }), 0)).toThrow(/10\.0\.7\.2:7000/);
  });

  test("keys stop it while something is left to do", () => {
    const views = newNodes(6);
    const begun = carryOut(views, plan(views).steps.slice(0, -1));
    expect(() => plan(changed(begun, 0, { hasKeys: true }))).toThrow(/10\.0\.0\.1:7000 holds keys/);
  });

  test("an address that a node has learned meanwhile changes nothing", () => {
    const views = newNodes(6);
    const formed = carryOut(views, plan(views).steps).map((view, index) => {
      return { ...view, self: { ...view.self, address: { host: "172.17.0.2", port: 7000 + index } } };
    });
    expect(plan(formed).steps).toEqual([]);
  });
});

function replicaOf(name: string) {
  return { role: "replica", primaryId: idOf(name) } as const;
}

/** What the nodes report once the steps are done. */
function carryOut(views: readonly NodeView[], steps: readonly Step[]): NodeView[] {
  const after = new Map(views.map((view) => [view.self.id, view]));
  const change = (id: string, to: (view: NodeView) => NodeView) => after.set(id, to(withView(after.get(id))));
  const introduce = (id: string, to: string) => {
    const line = withView(after.get(to)).self;
    change(id, (view) => ({ ...view, lines: [...view.lines, line] }));
  };
  const own = (id: string, line: Partial<NodeLine>) =>
    change(id, (view) => ({ ...view, self: { ...view.self, ...line } }));
  for (const step of steps) {
    if (step.kind === "assign-slots") own(step.node.id, { slots: step.slots });
    if (step.kind === "set-epoch") own(step.node.id, { configEpoch: step.epoch });
    if (step.kind === "await-ok") change(step.node.id, (view) => ({ ...view, clusterState: "ok" }));
    if (step.kind === "replicate") {
      own(step.replica.id, { role: "replica", primaryId: step.primary.id });
      change(step.replica.id, (view) => ({ ...view, clusterState: "ok" }));
    }
    if (step.kind !== "meet") continue;
    for (const { id } of step.peers) {
      introduce(step.node.id, id);
      introduce(id, step.node.id);
    }
  }
  return [...after.values()];
}

function describeStep(step: Step): string {
  const name = ({ id }: { id: string }) => Buffer.from(id.slice(0, 2), "hex").toString();
  if (step.kind === "assign-slots") return `${name(step.node)} takes ${step.slots}`;
  if (step.kind === "set-epoch") return `${name(step.node)} is ${step.epoch}`;
  if (step.kind === "await-ok") return `${name(step.node)} takes writes`;
  if (step.kind === "meet") return `${name(step.node)} meets ${step.peers.map(name).join("")}`;
  if (step.kind === "replicate") return `${name(step.replica)} follows ${name(step.primary)}`;
  return step.kind;
}
