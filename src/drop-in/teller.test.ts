import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { captureStreams } from "../../test/support/captured-streams.ts";
import { Output } from "../cli/output.ts";
import { Answers } from "./answers.ts";
import { Teller } from "./teller.ts";

function aTeller(input: string): { teller: Teller; said: () => string } {
  const { stdout } = captureStreams();
  const output = new Output({ command: "--cluster", json: false, colourAllowed: false });
  return { teller: new Teller(output, new Answers(Readable.from([input]))), said: stdout };
}

test.each([
  { input: "yes\n", isYes: true },
  { input: "yes", isYes: true },
  { input: "yes\r\n", isYes: true },
  { input: " yes\n", isYes: false },
  { input: "yes \n", isYes: false },
  { input: "YES\n", isYes: false },
  { input: "y\n", isYes: false },
  { input: "yess\n", isYes: false },
  { input: "\nyes\n", isYes: false },
  { input: "", isYes: false },
])("$input is a yes: $isYes", async ({ input, isYes }) => {
  expect(await aTeller(input).teller.confirm("Sure? ")).toBe(isYes);
});

test("what comes behind an answer begins where the question ends, as redis-cli has it", async () => {
  const { teller, said } = aTeller("yes\n");
  await teller.confirm("Sure? ");
  teller.endLine();
  expect(said()).toBe("Sure? ");
});

test("the line of a question ends with the input", async () => {
  const { teller, said } = aTeller("");
  await teller.confirm("Sure? ");
  teller.endLine();
  expect(said()).toBe("Sure? \n");
});
