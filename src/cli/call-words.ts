import { secretsOfCommand } from "../cluster/command-secrets.ts";
import { Refused, UsageError } from "../errors.ts";
import { judgeCommand } from "../plan/judge-command.ts";
import { RISKY_CONTAINERS, type CommandEffect } from "../plan/risky-commands.ts";
import { whyUncallableText } from "../ui/call-question.ts";
import type { Call } from "../wire/call-node.ts";
import { readStdin } from "./read-stdin.ts";

/** What is longer is neither the name of anything nor a password. */
const TEXT_BYTES_MAX = 4096;

/** The command line of `call`: ours up to the `--`, and the server's command behind it. */
export class CallWords {
  readonly ours: string[];
  readonly #command: readonly string[];
  #last: Buffer | undefined;

  constructor(argv: readonly string[]) {
    const end = argv.indexOf("--");
    this.ours = end === -1 ? [...argv] : argv.slice(0, end);
    this.#command = end === -1 ? [] : argv.slice(end + 1);
  }

  /** Takes the last argument from stdin. */
  async readLast(): Promise<void> {
    this.#last = await readStdin();
  }

  /** @throws UsageError when there is no command: words without the dashes in front may be anything. */
  mustBeThere(): void {
    if (this.#command.length === 0) throw noCommand();
  }

  /** @throws UsageError when there is no command. */
  get all(): Call["words"] {
    const [name, ...args] = this.#command;
    if (name === undefined || name === "") throw noCommand();
    return [name, ...args, ...(this.#last ? [this.#last] : [])];
  }

  /** For whoever looks at what they mean. */
  get texts(): readonly string[] {
    const last = this.#last && this.#last.length <= TEXT_BYTES_MAX ? [this.#last.toString()] : [];
    return [...this.#command, ...last];
  }

  /** What the command is called, never its values. */
  get title(): string {
    const [name = "", subcommand = ""] = this.#command.map((word) => word.toUpperCase());
    return Object.hasOwn(RISKY_CONTAINERS, name) && subcommand !== "" ? `${name} ${subcommand}` : name;
  }

  /** Words that are passwords; one from stdin has a line end that is none of it. */
  get secrets(): string[] {
    return secretsOfCommand(this.texts).flatMap((secret) => [secret, secret.trim()]);
  }

  /**
   * What is to be asked about, undefined where nothing is.
   *
   * @throws Refused when no reply could come of it.
   */
  judge(replyMs: number): CommandEffect | undefined {
    const judgement = judgeCommand(this.texts, { replyMs });
    if (judgement.verdict === "risky") return judgement.effect;
    if (judgement.verdict === "fine") return undefined;
    throw new Refused(`${this.title} cannot be sent with call: ${whyUncallableText(judgement.reason)}.`, {
      code: "uncallable-command",
      hint:
        judgement.reason === "waits"
          ? "Give it a time that is shorter than --timeout, or use a client of your own."
          : "Use a client of your own for it.",
    });
  }
}

function noCommand(): UsageError {
  return new UsageError("There is no command to send.", {
    code: "usage",
    hint: "It stands behind two dashes: slotctl call 10.0.0.1:6379 -- CONFIG GET maxmemory",
  });
}
