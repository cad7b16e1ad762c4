import { expect, onTestFinished, test, vi } from "vitest";
import { captureStreams } from "../../test/support/captured-streams.ts";
import { Refused } from "../errors.ts";
import { Output } from "./output.ts";

const text = { command: "rebalance", json: false, colourAllowed: true };
const json = { ...text, json: true };

/** The environment of a test, of which nothing is left afterwards. */
function withEnvironment(changes: Readonly<Record<string, string>>): void {
  const usual = { NO_COLOR: undefined, FORCE_COLOR: undefined, CI: undefined, TERM: "xterm", LC_ALL: "" };
  for (const [name, value] of Object.entries({ ...usual, LC_CTYPE: "", LANG: "C.UTF-8", ...changes })) {
    vi.stubEnv(name, value);
  }
  onTestFinished(() => void vi.unstubAllEnvs());
}

test("without --json the result is on stdout and all else on stderr", () => {
  const { stdout, stderr } = captureStreams();
  const output = new Output(text);
  output.print(["one", "two"]);
  output.say(["by the way"]);
  output.print([]);
  output.say([]);
  output.succeed({ is: "not printed" });
  output.fail(new Error("is told by others"));
  expect(stdout()).toBe("one\ntwo\n");
  expect(stderr()).toBe("by the way\n");
});

test("with --json stdout is exactly one document", () => {
  const { stdout, stderr } = captureStreams();
  const output = new Output(json);
  output.print(["lines are for people"]);
  output.say(["by the way"]);
  output.succeed({ moved: 3 });
  expect(JSON.parse(stdout())).toEqual({
    schemaVersion: 1,
    command: "rebalance",
    ok: true,
    data: { moved: 3 },
  });
  expect(stderr()).toBe("by the way\n");
});

test("the document of a failure has the error and what is known", () => {
  const { stdout } = captureStreams();
  const output = new Output(json);
  output.knownData = { applied: 2 };
  output.fail(new Refused("It would be unsafe.", { code: "unsafe", hint: "Look.", node: "a:1" }));
  expect(JSON.parse(stdout())).toEqual({
    schemaVersion: 1,
    command: "rebalance",
    ok: false,
    error: { code: "unsafe", message: "It would be unsafe.", hint: "Look.", node: "a:1" },
    data: { applied: 2 },
  });
});

test("no secret gets by, on any stream and in any form", () => {
  const { stdout, stderr } = captureStreams();
  const secrets = ['open"sesame', "pass word"];
  const outputs = [text, json, json].map(
    (options) => new Output({ ...options, secrets: secrets.slice(0, 1) }),
  );
  for (const [index, output] of outputs.entries()) {
    output.protect(secrets[1]);
    output.protect(undefined);
    output.protect("");
    output.print([`it is ${secrets[0]}`]);
    output.say([`it is ${secrets[1]}`, "redis://:pass%20word@a:1"]);
    output.knownData = { deep: [secrets] };
    if (index === 1) output.succeed({ deep: [secrets] });
    else output.fail(new Error(`it is ${secrets.join(" and ")}`));
  }
  expect(`${stdout()}${stderr()}`).not.toMatch(/sesame|pass(%20| )word/);
  expect(stdout()).toContain("it is ***\n");
  expect(stdout().match(/schemaVersion/g)).toHaveLength(2);
});

test("what goes wrong behind the result is no second document", () => {
  const { stdout } = captureStreams();
  const output = new Output(json);
  output.succeed({ moved: 3 });
  output.fail(new Error("too late"));
  expect(JSON.parse(stdout())).toMatchObject({ ok: true });
});

test.each<{ name: string; env: Record<string, string>; isTerminal?: boolean; colour: boolean }>([
  { name: "a terminal", env: {}, isTerminal: true, colour: true },
  { name: "a pipe", env: {}, colour: false },
  { name: "NO_COLOR", env: { NO_COLOR: "1", FORCE_COLOR: "1" }, isTerminal: true, colour: false },
  { name: "a dumb terminal", env: { TERM: "dumb" }, isTerminal: true, colour: false },
  { name: "CI", env: { CI: "true" }, isTerminal: true, colour: false },
  { name: "FORCE_COLOR on a pipe", env: { FORCE_COLOR: "1" }, colour: true },
  { name: "FORCE_COLOR of 0", env: { FORCE_COLOR: "0" }, colour: false },
])("$name: colour $colour", ({ env, isTerminal, colour }) => {
  captureStreams({ isTerminal: isTerminal ?? false });
  withEnvironment(env);
  const looks = (options: typeof text) => {
    const { stdout, stderr } = new Output(options);
    return [stdout, stderr].map(({ theme }) => theme.error("x") !== "x");
  };
  expect(looks(text)).toEqual([colour, colour]);
  expect(looks({ ...text, colourAllowed: false })).toEqual([false, false]);
});

test.each([
  { env: { LANG: "C.UTF-8" }, same: true },
  { env: { LANG: "C.UTF-8", LC_ALL: "en_GB.utf8" }, same: true },
  { env: { LANG: "C.UTF-8", LC_ALL: "C" }, same: process.platform === "darwin" },
  { env: { LANG: "" }, same: process.platform === "darwin" },
])("signs beyond ASCII are used where the locale has them: $env", ({ env, same }) => {
  captureStreams();
  withEnvironment({ LANG: "C.UTF-8" });
  const { glyphs } = new Output(text).stdout.theme;
  withEnvironment(env);
  expect(new Output(text).stdout.theme.glyphs.error === glyphs.error).toBe(same);
});

test.each([
  { isTerminal: true, columns: 132, expected: 132 },
  { isTerminal: true, columns: 20, expected: 60 },
  { isTerminal: false, columns: 20, expected: 120 },
])("text is as wide as it can be read: $expected columns", ({ isTerminal, columns, expected }) => {
  captureStreams({ isTerminal, columns });
  expect(new Output(text).stdout.columns).toBe(expected);
});
