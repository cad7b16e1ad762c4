import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { idOf } from "../../test/support/a-cluster.ts";
import { captureStreams } from "../../test/support/captured-streams.ts";
import { healthyBut } from "../../test/support/problem-cases/problem-case.ts";
import { Output } from "../cli/output.ts";
import { Answers } from "./answers.ts";
import { askReshard } from "./ask-reshard.ts";
import type { Invocation } from "./invocation.ts";
import { parseInvocation } from "./parse-invocation.ts";
import type { Session } from "./session.ts";
import { Teller } from "./teller.ts";

const [A, B, C, X] = ["a", "b", "c", "x"].map(idOf) as [string, string, string, string];
const topology = healthyBut({});

function session(line: string, input: string): Session {
  const output = new Output({ command: "--cluster", json: false, colourAllowed: false });
  const invocation = parseInvocation(`--cluster reshard h:1 ${line}`.trim().split(" ")) as Invocation;
  const mapAddress: Session["access"]["mapAddress"] = (address) => address;
  const access = { username: undefined, password: undefined, tls: undefined, timeoutMs: 1, mapAddress };
  const answers = new Answers(Readable.from([input]));
  return { invocation, output, access, answers, teller: new Teller(output, answers) };
}

const options = (from: string) => `--cluster-slots 5 --cluster-to ${B} --cluster-from ${from}`;

test.each([
  { name: "options alone", line: options(A), input: "", fromIds: [A] },
  { name: "several sources", line: options(`${A},${C}`), input: "", fromIds: [A, C] },
  { name: "all", line: options("all"), input: "", fromIds: "all" },
  { name: "the target among the sources", line: options(`${A},${B}`), input: "", fromIds: [A] },
  { name: "answers alone", line: "", input: `5\n${B}\n${A}\n${C}\ndone\n`, fromIds: [A, C] },
  { name: "all as an answer", line: "", input: `5\n${B}\nall\n`, fromIds: "all" },
  { name: "an end without a line end", line: "", input: `5\n${B}\nall`, fromIds: "all" },
  {
    name: "answers that make no sense first",
    line: "--cluster-slots 0",
    input: `x\n99999\n\n5\n${B.toUpperCase()}\n${B}\n${A}\ndone\n`,
    fromIds: [A],
  },
])("$name", async ({ line, input, fromIds }) => {
  captureStreams();
  const asked = await askReshard(session(line, input), topology);
  expect(asked).toEqual({ slots: 5, toId: B, fromIds });
});

test.each([
  { name: "the end of the input", line: "", input: "5\n", says: "the input ended" },
  { name: "an unknown target", line: "", input: "5\nnope\n", says: "(nope) is not known or not a master" },
  { name: "a replica as a source", line: options(X), input: "", says: "is not known or not a master" },
  { name: "nobody but the target", line: options(B), input: "", says: "*** No source nodes given" },
  { name: "done at once", line: "", input: `5\n${B}\ndone\n`, says: "*** No source nodes given" },
  { name: "a count that is none", line: "--cluster-slots x", input: "", says: "not a whole number" },
])("$name", async ({ line, input, says }) => {
  captureStreams();
  await expect(askReshard(session(line, input), topology)).rejects.toThrow(says);
});
