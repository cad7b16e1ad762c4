import { endWhenIdle } from "../cli/interruption.ts";
import { Output } from "../cli/output.ts";
import { ownManifest } from "../cli/own-manifest.ts";
import { readStdin } from "../cli/read-stdin.ts";
import { secretsOf } from "../cli/secrets-of.ts";
import { settleProcess } from "../cli/settle-process.ts";
import { wantsColour } from "../cli/wants-json.ts";
import { UsageError } from "../errors.ts";
import { Answers } from "./answers.ts";
import { HELP } from "./help-text.ts";
import type { Invocation } from "./invocation.ts";
import { parseInvocation } from "./parse-invocation.ts";
import { readDropInAccess } from "./read-drop-in-access.ts";
import { SUBCOMMANDS } from "./subcommands.ts";
import { tellFailure } from "./tell-failure.ts";
import { Teller } from "./teller.ts";

/** Runs `slotctl --cluster …` as redis-cli would, and sets the exit code: 0 or 1, as redis-cli has no other. */
export async function main(argv: readonly string[]): Promise<void> {
  settleProcess();
  const env = process.env;
  const output = new Output({
    command: "--cluster",
    json: false,
    colourAllowed: wantsColour(argv),
    secrets: [...secretsOf({ argv, env }), ...secretsOfEnvironment(env)],
  });
  const answers = new Answers();
  const teller = new Teller(output, answers);
  endWhenIdle(() => {
    teller.endLine();
    output.say(["Stopped, as asked: nothing was under way."]);
  });
  try {
    const asked = parseInvocation(argv);
    if (typeof asked === "string") {
      teller.line(asked === "help" ? HELP : `slotctl ${ownManifest().version}`);
      return;
    }
    process.exitCode = (await runSubcommand(asked, { output, answers, teller })) ? 0 : 1;
  } catch (error) {
    tellFailure(error, output);
  } finally {
    answers.close();
  }
}

async function runSubcommand(
  parsed: Invocation,
  { output, answers, teller }: { output: Output; answers: Answers; teller: Teller },
): Promise<boolean> {
  const invocation = withEnvironment(await withStdin(parsed));
  output.protect(invocation.settings.get("from-password"));
  const access =
    invocation.subcommand === "help"
      ? NO_ACCESS
      : await readDropInAccess(invocation, { output, answers, env: process.env });
  return await SUBCOMMANDS[invocation.subcommand]({ invocation, output, answers, teller, access });
}

/** Help asks no node. */
const NO_ACCESS = {
  username: undefined,
  password: undefined,
  tls: undefined,
  timeoutMs: 0,
  mapAddress: <Address>(address: Address) => address,
};

/** `call` reads its last argument itself, for there it need not be text. */
async function withStdin(invocation: Invocation): Promise<Invocation> {
  const { stdin, args, subcommand } = invocation;
  if (!stdin || (subcommand === "call" && stdin.tag === undefined)) return invocation;
  const { tag } = stdin;
  if (tag !== undefined && !args.includes(tag)) {
    throw new UsageError("Using -X option but stdin tag not match.", { code: "usage" });
  }
  const text = (await readStdin()).toString().replace(/\r?\n$/, "");
  const filled = tag === undefined ? [...args, text] : args.map((word) => (word === tag ? text : word));
  return { ...invocation, args: filled };
}

function withEnvironment(invocation: Invocation): Invocation {
  const isYes = [process.env["REDISCLI_CLUSTER_YES"], process.env["VALKEYCLI_CLUSTER_YES"]].includes("1");
  return isYes ? { ...invocation, flags: new Set([...invocation.flags, "yes"]) } : invocation;
}

function secretsOfEnvironment(env: NodeJS.ProcessEnv): string[] {
  return [env["VALKEYCLI_AUTH"]].filter((secret) => secret !== undefined);
}
