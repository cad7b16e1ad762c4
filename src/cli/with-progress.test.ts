import { expect, test } from "vitest";
import { aCluster, idOf } from "../../test/support/a-cluster.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import {
  Bug,
  ConnectFailed,
  DeadlinePassed,
  NodeFailed,
  PartlyDone,
  Refused,
  SlotctlError,
  Stale,
  Stopped,
} from "../errors.ts";
import type { Plan } from "../plan/plan.ts";
import type { SoFar } from "../ui/progress-so-far.ts";
import { exitCodeOf } from "./exit-codes.ts";
import { stoppedAtOnce, withProgress } from "./with-progress.ts";

const basis = aCluster([
  { name: "aa", at: "10.0.0.1:6379", slots: "0-16383" },
  { name: "bb", at: "10.0.0.2:6379" },
]);
const from = { id: idOf("aa"), address: { host: "10.0.0.1", port: 6379 } };
const to = { id: idOf("bb"), address: { host: "10.0.0.2", port: 6379 } };
const plan: Plan = {
  command: "reshard",
  basis,
  steps: [{ kind: "move-slots", from, to, slots: parseSlots("0-1999"), mover: "classic" }],
  notes: [],
};
const details = { code: "some-code", hint: "See to it.", node: "10.0.0.1:6379", reason: "it is so" };

function soFar(slots: number, { applied = 0, keys = 0 } = {}): SoFar {
  const movers = slots > 0 || keys > 0 ? [{ mover: "classic", slots, keys } as const] : [];
  return { applied, moved: { slots, keys, seconds: 1, movers } };
}

function told(error: unknown, slots: number, rest?: string): SlotctlError {
  return withProgress(error, { plan, soFar: soFar(slots), rest }) as SlotctlError;
}

test.each([
  { Kind: ConnectFailed, slots: 0, exitCode: 4 },
  { Kind: ConnectFailed, slots: 64, exitCode: 6 },
  { Kind: Refused, slots: 0, exitCode: 7 },
  { Kind: Refused, slots: 64, exitCode: 6 },
  { Kind: NodeFailed, slots: 64, exitCode: 1 },
  { Kind: DeadlinePassed, slots: 64, exitCode: 8 },
  { Kind: Stale, slots: 0, exitCode: 5 },
  { Kind: Stale, slots: 64, exitCode: 6 },
])("$Kind.name after $slots slots ends with $exitCode, in the same words and with the same code", (given) => {
  const error = new given.Kind("Something is wrong", details);
  const said = told(error, given.slots);
  expect(exitCodeOf(said)).toBe(given.exitCode);
  expect(said).toMatchObject({ ...details, cause: error });
  expect(said.message).toBe(
    `Something is wrong. So far 0 of 1 step is done, ${given.slots} of 2,000 slots have moved.`,
  );
});

test.each([
  { what: "a node that cannot be reached", error: new ConnectFailed("Gone.", details) },
  { what: "one that does not answer any more", error: new NodeFailed("Gone.", { code: "node-gone" }) },
  { what: "a connection that broke", error: new NodeFailed("Gone.", { code: "connection-lost" }) },
])("$what ends with 6 as soon as a slot, a key or a step is done", ({ error }) => {
  for (const done of [soFar(1), soFar(0, { keys: 1 }), soFar(0, { applied: 1 })]) {
    const said = withProgress(error, { plan, soFar: done, rest: undefined });
    expect(exitCodeOf(said)).toBe(6);
    expect(said).toMatchObject({ code: error.code });
  }
  const before = withProgress(error, { plan, soFar: soFar(0), rest: undefined });
  expect(exitCodeOf(before)).toBe(exitCodeOf(error));
});

test.each(["failed-over", "slots-moved-meanwhile"])(
  "%s ends with 5 before anything is done, then with 6",
  (code) => {
    for (const Kind of [NodeFailed, Stale]) {
      const error = new Kind("It is another one now.", { code });
      const codeAfter = (done: SoFar) =>
        exitCodeOf(withProgress(error, { plan, soFar: done, rest: undefined }));
      expect(codeAfter(soFar(0))).toBe(5);
      expect([soFar(1), soFar(0, { keys: 1 }), soFar(0, { applied: 1 })].map(codeAfter)).toEqual([6, 6, 6]);
    }
    // Slots are open then.
    expect(exitCodeOf(told(new PartlyDone("Some are open.", { code }), 0))).toBe(6);
  },
);

test("that keys are lost is a failure, however much is done", () => {
  expect(exitCodeOf(told(new NodeFailed("Lost.", { code: "keys-trimmed" }), 64))).toBe(1);
});

test("the error itself stays as it was thrown", () => {
  const error = new NodeFailed("Something is wrong.", details);
  told(error, 1);
  expect(error.message).toBe("Something is wrong.");
});

test("who asked to stop hears how far it came, and how to go on", () => {
  const said = told(new Stopped("Stopped.", { code: "stopped" }), 128);
  expect(said).toBeInstanceOf(PartlyDone);
  expect(said.message).toBe(
    "Stopped, as asked: 0 of 1 step is done, 128 of 2,000 slots have moved. The cluster is safe as it is.",
  );
  expect(said.hint).toBe("Running the same command again goes on from here.");
});

test.each([
  { hint: undefined, left: "" },
  {
    hint: "Its log says why. Then run the same command again: it goes on from here.",
    left: "Its log says why. ",
  },
  { hint: "Free memory, then run the same command again: it goes on from here.", left: "Free memory. " },
  {
    hint: "Look at both, or run the same command again with --replace.",
    left: "Look at both, or run the command below with --replace. ",
  },
])("where the same command would do more, the rest is named instead: $hint", ({ hint, left }) => {
  const said = told(new NodeFailed("Wrong.", { code: "x", hint }), 1, "slotctl do the rest");
  expect(said.hint).toBe(`${left}To go on with what is left: slotctl do the rest`);
});

test("what is ours, or no error of the cluster at all, is left alone", () => {
  for (const error of [new Bug("ours"), new Error("any"), "text"]) {
    expect(withProgress(error, { plan, soFar: soFar(1), rest: undefined })).toBe(error);
  }
});

test("a plan without steps has no progress to tell", () => {
  const empty = { plan: { ...plan, steps: [] }, soFar: soFar(0), rest: undefined };
  const late = new DeadlinePassed("Too late.", details);
  expect(withProgress(late, empty)).toBe(late);
  expect(withProgress(new Stopped("Stopped.", { code: "stopped" }), empty)).toMatchObject({
    message: "Stopped, as asked: no step is left to do, but the nodes do not agree yet.",
  });
});

test("stopped at once: what may be open is said, unless only the last look was left", () => {
  const broken = { plan, soFar: soFar(64), rest: "slotctl do the rest" };
  expect(stoppedAtOnce({ ...broken, isApplied: false })).toMatchObject({
    code: "stopped",
    message: expect.stringMatching(/^Stopped at once, as asked: .* are open;/) as string,
    hint: "To go on with what is left: slotctl do the rest",
  });
  const after = stoppedAtOnce({ plan, soFar: soFar(2000, { applied: 1 }), rest: undefined, isApplied: true });
  expect(after.message).toBe(
    "Stopped at once, as asked: 1 of 1 step is done, 2,000 of 2,000 slots have moved.",
  );
});
