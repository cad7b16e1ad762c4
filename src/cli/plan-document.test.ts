import { execFile } from "node:child_process";
import { lstat, open, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { aDirectory } from "../../test/support/a-directory.ts";
import { aPlan, everyNote, everyStep } from "../../test/support/every-step.ts";
import { faultsIn } from "../../test/support/schema-faults.ts";
import type { Plan } from "../plan/plan.ts";
import { readSavedPlan } from "../saved/saved-plan.ts";
import { writeWhole } from "../saved/write-whole.ts";
import { planDocument, sealed } from "./plan-document.ts";
import { planFileSchemas } from "./saved-schemas.ts";

/** To compile all schemas takes its time on a machine that has other things to do. */
const SLOW_MS = 30_000;

const every = aPlan({
  steps: everyStep().map((step) => (step.kind === "claim-slots" ? { ...step, why: REASON() } : step)),
  notes: everyNote(),
});

function REASON() {
  return {
    rule: "highest-epoch",
    risk: "one-value-stays",
    slots: [],
    node: { nodeId: "x", knownToIds: ["a"], unknownToIds: [], primaryId: undefined },
  } as const;
}

function fileOf(plan: Plan) {
  return sealed(
    planDocument({
      plan,
      wish: { args: { seed: "10.0.0.1:6379" }, flags: { threshold: "2" } },
      how: { mover: "auto", replace: false, maxLatencyMs: 10, keysPerSecondMax: 100, pairsAtOnceMax: 16 },
      survey: undefined,
      createdAt: "2026-11-21T10:00:00.000Z",
      createdBy: "slotctl/1.2.3",
    }),
  );
}

/** What became of reading the text: the plan, or the error as one line. */
async function reading(text: string) {
  const directory = await aDirectory();
  const path = join(directory, "plan.json");
  await writeFile(path, text);
  try {
    return await readSavedPlan(path, { schemas: planFileSchemas });
  } catch (error) {
    const { message, name, code } = error as Error & { readonly code: string };
    return `${name} ${code}: ${message.replaceAll(path, "plan.json")}`;
  }
}

test(
  "a plan with every kind of step and note is as its schema says, and comes back as it was",
  { timeout: SLOW_MS },
  async () => {
    const document = fileOf(every);
    expect(faultsIn("plan-file", document)).toEqual([]);
    expect(await reading(JSON.stringify(document))).toMatchObject({
      plan: {
        command: every.command,
        steps: every.steps,
        notes: JSON.parse(JSON.stringify(every.notes)) as object[],
      },
      wish: { args: { seed: "10.0.0.1:6379" } },
      how: { keysPerSecondMax: 100 },
      createdBy: "slotctl/1.2.3",
    });
  },
);

test("what is not known of the effort is null, and what a limit makes certain is told", () => {
  const { estimate, steps } = fileOf(
    aPlan({ steps: everyStep().filter(({ kind }) => kind === "move-slots" || kind === "gather-keys") }),
  );
  expect(estimate).toEqual({ slots: 2, keys: null, bytes: null, seconds: null });
  expect(steps[0]).toMatchObject({ estimate: { slots: 2, keys: 0, bytes: 0, seconds: null } });
});

test("the file is there whole, for its owner only, and leaves nothing beside it", async () => {
  const directory = await aDirectory();
  const path = join(directory, "plan.json");
  await writeWhole(path, "one");
  await writeWhole(path, "two");
  expect(await readFile(path, "utf8")).toBe("two");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await expect(writeWhole(join(directory, "no", "plan.json"), "x")).rejects.toMatchObject({
    name: "FileFailed",
    code: "file-failed",
  });
});

test("what is no file is not replaced by one", async () => {
  const directory = await aDirectory();
  const pipe = join(directory, "pipe");
  await promisify(execFile)("mkfifo", [pipe]);
  await symlink("/dev/null", join(directory, "null"));

  for (const path of [directory, pipe, join(directory, "null")]) {
    await expect(writeWhole(path, "one")).rejects.toMatchObject({ code: "file-failed" });
  }
  expect((await stat(pipe)).isFIFO()).toBe(true);
  expect((await readdir(directory)).sort()).toEqual(["null", "pipe"]);
});

test("a link stays one, and what it leads to is written", async () => {
  const directory = await aDirectory();
  const [link, file] = [join(directory, "link"), join(directory, "plan.json")];
  await symlink("plan.json", link);

  // The file need not be there yet.
  for (const text of ["one", "two"]) {
    await writeWhole(link, text);
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readFile(file, "utf8")).toBe(text);
  }
  expect((await readdir(directory)).sort()).toEqual(["link", "plan.json"]);
});

test("the names of streams are no files, wherever these lead", async () => {
  const directory = await aDirectory();
  await using file = await open(join(directory, "redirected"), "w");
  await symlink(`/proc/self/fd/${file.fd}`, join(directory, "link"));

  for (const path of [`/proc/self/fd/${file.fd}`, `/dev/fd/${file.fd}`, join(directory, "link")]) {
    await expect(writeWhole(path, "one")).rejects.toMatchObject({
      code: "file-failed",
      message: `${path} is there already and is no file: a plan cannot take its place.`,
    });
  }
  expect((await readdir(directory)).sort()).toEqual(["link", "redirected"]);
});

describe("a file that is not as slotctl wrote it", () => {
  const document = fileOf(aPlan({ steps: everyStep() }));
  const text = JSON.stringify(document, null, 1);
  const lineOf = (part: string) => text.slice(0, text.indexOf(part)).split("\n").length;

  test.each([
    {
      what: "cut off",
      broken: text.slice(0, 900),
      says: /^UsageError bad-file: plan.json:\d+:\d+: the plan file ends before it is complete.$/,
    },
    {
      what: "empty",
      broken: "",
      says: "UsageError bad-file: plan.json:1:1: the plan file ends before it is complete.",
    },
    {
      what: "no JSON",
      broken: text.replace('"kind": "slotctl-plan"', '"kind": slotctl-plan'),
      says: `UsageError bad-file: plan.json:${lineOf('"kind": "slotctl-plan"')}:10: this is no JSON, so it is no plan file.`,
    },
    { what: "of another kind", broken: "[1]", says: "UsageError bad-file: plan.json is no plan file." },
    {
      what: "of a newer schema",
      broken: text.replace('"schemaVersion": 1', '"schemaVersion": 2'),
      says: "UsageError newer-file: plan.json has schemaVersion 2, and this slotctl knows 1: a newer one has written it.",
    },
    {
      what: "without a schema",
      broken: text.replace('"schemaVersion": 1,', ""),
      says: "UsageError bad-file: plan.json does not say a schemaVersion that this slotctl knows, which is 1.",
    },
    {
      what: "with a step of an unknown kind",
      broken: text.replace('"kind": "failover"', '"kind": "fallover"'),
      says: `UsageError bad-file: plan.json:${lineOf('"kind": "failover"')}:13: steps[8].step.kind is nothing that this slotctl knows; it knows meet, assign-slots, set-epoch, replicate, move-slots, settle-slot, claim-slots, gather-keys, failover, forget, await-ok, reset, renew-id, set-config, load-functions.`,
    },
    {
      what: "with a kind of step changed all over",
      broken: text.replaceAll('"kind": "move-slots"', '"kind": "move"'),
      says: /steps\[4\]\.step\.kind is nothing that this slotctl knows; it knows meet, .*move-slots/,
    },
    {
      what: "with another kind of step than it was",
      broken: text.replace('"kind": "reset"', '"kind": "replicate"'),
      says: /steps\[\d+\]\.step is of kind replicate and lacks "\w+", which that has\.$/,
    },
    {
      what: "with a part missing",
      broken: text.replace('"createdBy"', '"writtenBy"'),
      says: 'UsageError bad-file: plan.json:1:1: the file lacks "createdBy".',
    },
    {
      what: "with a mover that there is not",
      broken: text.replace('"mover": "classic"', '"mover": "express"'),
      says: `UsageError bad-file: plan.json:${lineOf('"mover": "classic"')}:14: steps[4].step.mover must be one of classic, redis-atomic, valkey-atomic.`,
    },
    {
      what: "with a step changed by hand",
      broken: text.replace('"epoch": 7', '"epoch": 8'),
      says: /plan.json:\d+:\d+: steps\[2\] was changed after slotctl wrote it.$/,
    },
    {
      what: "with a wish changed by hand",
      broken: text.replace('"threshold": "2"', '"threshold": "3"'),
      says: /plan.json:\d+:\d+: wish was changed after slotctl wrote it.$/,
    },
    {
      what: "with a step taken out",
      broken: JSON.stringify({ ...document, steps: document.steps.slice(1) }),
      says: /steps\[0\] was changed after slotctl wrote it.$/,
    },
  ])("$what is told so, with the place", async ({ broken, says }) => {
    const pattern = typeof says === "string" ? literally(says) : says;
    expect(await reading(broken)).toEqual(expect.stringMatching(pattern));
  });
});

function literally(text: string): RegExp {
  return new RegExp(`^${text.replace(/[[\].]/g, "\\$&")}$`);
}
