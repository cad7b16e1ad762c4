import { Args, Flags, Parser } from "@oclif/core";
import { expect, test } from "vitest";
import { usageSentence, type ParserFacts } from "../ui/usage-sentence.ts";

const input = {
  args: { seed: Args.string({ required: true, description: "Any node of the cluster." }) },
  flags: {
    cert: Flags.string({ dependsOn: ["key"] }),
    key: Flags.string({ dependsOn: ["cert"] }),
    force: Flags.boolean({ exclusive: ["takeover"] }),
    takeover: Flags.boolean({ exclusive: ["force"] }),
    nodes: Flags.integer({ min: 1, max: 200 }),
    to: Flags.string({ required: true }),
    slots: Flags.string({ exactlyOne: ["slots", "slot-ranges"] }),
    "slot-ranges": Flags.string({ exactlyOne: ["slots", "slot-ranges"] }),
    progress: Flags.option({ options: ["auto", "plain", "none"] as const })(),
    map: Flags.string({ multiple: true }),
  },
};
const whole = ["a:1", "--to=b", "--slots=1"];

/** What the parser throws at a command line. */
async function complaintOf(argv: readonly string[]): Promise<ParserFacts> {
  try {
    await Parser.parse([...argv], input);
  } catch (error) {
    return error as ParserFacts;
  }
  throw new Error(`${argv.join(" ")} is a good command line`);
}

test.each([
  { argv: ["--to=b", "--slots=1"], says: "SEED is missing: any node of the cluster." },
  { argv: [...whole, "c"], says: "c is one argument too many." },
  { argv: [...whole, "c", "d"], says: "c and d are too many arguments." },
  { argv: [...whole, "--cert=f"], says: "--cert needs --key." },
  { argv: [...whole, "--force", "--takeover"], says: "--force and --takeover exclude each other." },
  { argv: [...whole, "--slot-ranges=1"], says: "--slot-ranges and --slots exclude each other." },
  { argv: ["a:1", "--to=b"], says: "One of --slot-ranges and --slots is needed." },
  { argv: ["a:1", "--slots=1"], says: "--to is needed." },
  { argv: [...whole, "--jason"], says: "There is no flag --jason." },
  { argv: [...whole, "--jason", "--jane"], says: "There are no flags --jason and --jane." },
  { argv: [...whole, "--nodes=500"], says: "--nodes takes 200 at most, not 500." },
  { argv: [...whole, "--nodes=0"], says: "--nodes takes 1 at least, not 0." },
  { argv: [...whole, "--nodes=six"], says: "--nodes takes a whole number, not six." },
  { argv: [...whole, "--progress=loud"], says: "--progress takes auto, plain or none, not loud." },
  { argv: [...whole, "--progress"], says: "--progress takes auto, plain or none." },
  { argv: ["a:1", "--slots=1", "--to"], says: "--to needs a value." },
  { argv: ["a:1", "--slots=1", "--cert=f"], says: "--cert needs --key.\n--to is needed." },
])("$argv: $says", async ({ argv, says }) => {
  expect(usageSentence(await complaintOf(argv))).toBe(says);
});

test("what is new to us stays in the words it came in", () => {
  expect(usageSentence({ message: "The moon is full\nSee more help with --help" })).toBe("The moon is full");
});
