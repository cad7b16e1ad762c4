import { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { expect, onTestFinished, test, vi } from "vitest";
import { aPlan, everyStep } from "../../test/support/every-step.ts";
import type { MoveProgress, PairWait, RunEvent } from "../plan/run-event.ts";
import { makeProgressView } from "./make-progress-view.ts";
import type { ProgressOptions, ProgressStyle } from "./progress-view.ts";
import { makeTheme } from "./theme.ts";

const steps = everyStep().filter(({ kind }) => kind === "move-slots" || kind === "reset");
const [move, reset] = steps;
if (!move || !reset) throw new Error("the imagined steps are gone");

const half: MoveProgress = {
  slotsDone: 1,
  slotsTotal: 2,
  keysDone: 10,
  keysTotal: 20,
  keysPerSecond: 5,
  etaSeconds: 2,
  pairs: [],
};
const warning: RunEvent = {
  event: "warning",
  message: "one connection was made anew",
  node: "10.0.0.2:6379",
};

/** Half a second passes between two events. */
const run: RunEvent[] = [
  { event: "plan", plan: aPlan({ steps }) },
  { event: "step-start", index: 0, step: move },
  ...Array.from({ length: 9 }, (): RunEvent => ({ event: "progress", ...half })),
  warning,
  { event: "step-end", index: 0, step: move, seconds: 5.5 },
  { event: "waiting", what: "views-to-agree", nodes: ["10.0.0.1:6379"] },
  { event: "waiting", what: "views-to-agree", nodes: ["10.0.0.1:6379"] },
  { event: "step-start", index: 1, step: reset },
  { event: "step-end", index: 1, step: reset, seconds: 0.5 },
  { event: "done", applied: 2, seconds: 8 },
];

/** What a view writes when it sees `events`. */
async function watch(
  style: ProgressStyle,
  options: Pick<ProgressOptions, "isTerminal" | "redact">,
  events = run,
) {
  const screen = new Screen();
  let nowMs = 1_700_000_000_000;
  const view = await viewOn(screen, { ...options, style, nowMs: () => nowMs });
  for (const event of events) {
    view.onEvent(event);
    nowMs += 500;
  }
  view.close();
  view.close();
  return screen.written;
}

function viewOn(screen: Screen, options: Omit<ProgressOptions, "stream" | "theme" | "columns">) {
  return makeProgressView({ ...options, stream: screen, theme: makeTheme({ colour: false }), columns: 80 });
}

/** A terminal that remembers what was written to it. */
class Screen extends Writable {
  readonly isTTY = true;
  readonly columns = 80;
  readonly rows = 24;
  /** What each call of the system would have been. */
  readonly pieces: string[] = [];

  get written(): string {
    return this.pieces.join("");
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.pieces.push(chunk.toString());
    done();
  }
  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.pieces.push(chunks.map(({ chunk }) => chunk.toString()).join(""));
    done();
  }
  cursorTo(): boolean {
    return this.write("\r");
  }
  moveCursor(): boolean {
    return this.write("\u001B[1A");
  }
  clearLine(): boolean {
    return this.write("\u001B[K");
  }
}

test.each<{ style: ProgressStyle; isTerminal: boolean }>([
  { style: "auto", isTerminal: false },
  { style: "plain", isTerminal: true },
])("$style is calm lines where the output is a terminal: $isTerminal", async ({ style, isTerminal }) => {
  expect(await watch(style, { isTerminal })).toBe(
    [
      // After two seconds, for what is over by then is told once it is done.
      "Moving slots between 1 pair of nodes.",
      // After two seconds and after four, though there is news every half second.
      "  1 of 2 slots, 10 of 20 keys, 5 keys/s, 2 s left",
      "  1 of 2 slots, 10 of 20 keys, 5 keys/s; nothing has moved since",
      "! warning 10.0.0.2:6379: one connection was made anew",
      // What has moved is the result's to tell.
      "Waiting for nodes to agree: 10.0.0.1:6379",
      "Reset 1 node in 0.50 s.",
      "",
    ].join("\n"),
  );
});

test("a new wait is told at once, the same one only every two seconds", async () => {
  const wait = (what: "state-ok" | "promotion"): RunEvent => ({ event: "waiting", what, nodes: [] });
  const events = [
    wait("state-ok"),
    wait("state-ok"),
    wait("promotion"),
    ...Array.from({ length: 4 }, () => wait("promotion")),
  ];
  expect((await watch("plain", { isTerminal: false }, events)).split("\n")).toEqual([
    "Waiting for nodes to report state ok",
    "Waiting for the promotion",
    "Waiting for the promotion",
    "",
  ]);
});

const waiting = (waitsFor: PairWait | undefined): MoveProgress => ({
  ...half,
  pairs: [
    {
      from: "10.0.0.1:6379",
      to: "10.0.0.2:6379",
      slotsDone: 1,
      slotsTotal: 2,
      keysDone: 10,
      keysTotal: 20,
      bytesDone: undefined,
      mover: "valkey-atomic",
      waitsFor,
    },
  ],
});
const snapshotting: PairWait = { kind: "servers", state: "snapshotting", reason: "" };

test("a move that stands still is told of with what it waits for, also while nothing is heard of it", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const screen = new Screen();
  const view = await viewOn(screen, { style: "plain", isTerminal: false, nowMs: Date.now });
  view.onEvent({ event: "plan", plan: aPlan({ steps: [move] }) });
  view.onEvent({ event: "step-start", index: 0, step: move });
  view.onEvent({ event: "progress", ...waiting(undefined) });
  vi.advanceTimersByTime(2000);
  view.onEvent({ event: "progress", ...waiting(snapshotting) });
  vi.advanceTimersByTime(4000);
  view.onEvent({ event: "progress", ...waiting(undefined), keysDone: 11 });
  vi.advanceTimersByTime(2000);
  view.close();
  vi.advanceTimersByTime(60_000);
  const still =
    "  1 of 2 slots, 10 of 20 keys, 5 keys/s; nothing has moved since, waiting: servers at snapshotting";
  expect(screen.written.trimEnd().split("\n")).toEqual([
    "Moving slots between 1 pair of nodes.",
    "  1 of 2 slots, 10 of 20 keys, 5 keys/s, 2 s left, mover valkey-atomic",
    still,
    still,
    "  1 of 2 slots, 11 of 20 keys, 5 keys/s, 2 s left, mover valkey-atomic",
  ]);
});

const found: RunEvent = {
  event: "migration-found",
  from: "10.0.0.1:6379",
  to: "10.0.0.2:6379",
  slots: "0-99",
};

test.each([
  { style: "plain" as const, isTerminal: false },
  { style: "auto" as const, isTerminal: true },
])("$style tells of a migration that an earlier run began", async ({ style, isTerminal }) => {
  const written = await watch(style, { isTerminal }, [found]);
  expect(written.replace(/\n {2}/, " ")).toContain(
    "An earlier run's migration of slots 0-99 from 10.0.0.1:6379 to 10.0.0.2:6379 goes on; it is waited for.\n",
  );
});

test("json is an object a line with the time, for every event", async () => {
  const lines = (await watch("json", { isTerminal: true })).trimEnd().split("\n");
  const events = lines.map((line) => JSON.parse(line) as { event: string; at: string });
  expect(events.map(({ event }) => event)).toEqual(run.map(({ event }) => event));
  expect(events[0]?.at).toBe("2023-11-14T22:13:20.000Z");
  expect(events[1]?.at).toBe("2023-11-14T22:13:20.500Z");
});

test("none still warns", async () => {
  expect(await watch("none", { isTerminal: true })).toBe(
    "! warning 10.0.0.2:6379: one connection was made anew\n",
  );
});

test.each<ProgressStyle>(["plain", "json", "none"])(
  "%s passes on no secret in what a server says",
  async (style) => {
    const redact = (text: string) => text.replaceAll("s3cret", "***");
    const event: RunEvent = { event: "warning", message: "ERR no user s3cret", node: undefined };
    const written = await watch(style, { isTerminal: false, redact }, [event]);
    expect(written).toContain("ERR no user ***");
  },
);

test.each<ProgressStyle>(["plain", "json", "auto"])(
  "%s passes on no secret in what servers say of a migration",
  async (style) => {
    const redact = (text: string) => text.replaceAll("s3cret", "***");
    const failed: PairWait = { kind: "servers", state: "failed", reason: "AUTH s3cret was refused" };
    const still: RunEvent = { event: "progress", ...waiting(failed) };
    // A warning makes room for itself, and all is drawn anew.
    const events = [...run.slice(0, 2), ...Array.from({ length: 9 }, () => still), warning];
    const written = await watch(style, { isTerminal: style === "auto", redact }, events);
    expect(written).toContain("failed");
    expect(written).toContain("AUTH *** was refused");
    expect(written).not.toContain("s3cret");
  },
);

test("live sends each drawing as one, so that nothing flickers", async () => {
  const screen = new Screen();
  const view = await viewOn(screen, { style: "auto", isTerminal: true, nowMs: () => 0 });
  view.onEvent({ event: "progress", ...waiting(snapshotting) });
  // The cursor is hidden before the first drawing, and has a write of its own.
  const drawings = screen.pieces.filter((piece) => stripVTControlCharacters(piece) !== "");
  expect(drawings).toHaveLength(1);
  expect(drawings[0]).toContain("waiting: servers at snapshotting");
  view.onEvent(warning);
  const [erased = "", drawn = ""] = (screen.pieces.at(-1) ?? "").split("one connection was made anew\n");
  expect(erased).toContain("\u001B[K");
  expect(drawn).toContain("waiting: servers at snapshotting");
  view.close();
});

test("live redraws what is under way, keeps what is done, and gives the cursor back", async () => {
  const written = await watch("auto", { isTerminal: true });
  const stays = stripVTControlCharacters(written)
    .split("\n")
    .map((line) => line.split("\r").at(-1));
  expect(stays).toEqual(
    expect.arrayContaining([
      "! warning 10.0.0.2:6379: one connection was made anew",
      "✓ Reset 1 node in 0.50 s",
    ]),
  );
  expect(written).toContain("Moving slots between 1 pair of nodes");
  expect(written.lastIndexOf("\u001B[?25h")).toBeGreaterThan(written.lastIndexOf("\u001B[?25l"));
  // What was under way is removed, and below what is done nothing is drawn any more.
  const afterRemoval = written.slice(written.lastIndexOf("\u001B[K"));
  expect(stripVTControlCharacters(afterRemoval).trim()).toBe("✓ Reset 1 node in 0.50 s");
});

test("live shows nothing more once it is closed", async () => {
  const screen = new Screen();
  const view = await viewOn(screen, { style: "auto", isTerminal: true, nowMs: () => 0 });
  view.close();
  const before = screen.written;
  view.onEvent({ event: "progress", ...half });
  view.onEvent(warning);
  expect(screen.written).toBe(before);
});
