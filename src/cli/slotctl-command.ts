import { Command, type Config, type Interfaces } from "@oclif/core";
import { Stopped } from "../errors.ts";
import { outputFlags } from "./flags.ts";
import { endWhenIdle } from "./interruption.ts";
import { Output } from "./output.ts";
import { reportError } from "./report-error.ts";
import { secretsOf } from "./secrets-of.ts";
import { wantsColour, wantsJson } from "./wants-json.ts";

/** What every command has: the output flags, flags from the environment, and errors that are told well. */
export abstract class SlotctlCommand extends Command {
  static override baseFlags = outputFlags;

  readonly output = new Output({
    command: (this.id ?? "").replaceAll(":", " "),
    json: wantsJson(this.argv),
    colourAllowed: wantsColour(this.argv),
    secrets: this.givenSecrets(),
  });

  /** As the static `run` does, which would first look for a config on the disk. */
  static async runKnown(
    this: new (argv: string[], config: Config) => SlotctlCommand,
    argv: string[],
    config: Config,
  ): Promise<void> {
    const command = new this(argv, config);
    try {
      await command.init();
      await command.run();
    } catch (error) {
      await command.catch(error);
    }
  }

  override async init(): Promise<void> {
    await super.init();
    endWhenIdle(() => {
      // The result is told already: then the end is only a moment away.
      if (this.output.isOver) process.exit();
      const stopped = new Stopped("Stopped, as asked: nothing was under way.", { code: "stopped" });
      reportError(stopped, this.output);
    });
  }

  /** All that the command line and the environment hold of passwords. */
  protected givenSecrets(): string[] {
    return secretsOf({ argv: this.argv, env: process.env });
  }

  /** A flag `--some-flag` that was not given is read from SLOTCTL_SOME_FLAG. */
  protected override parse<
    F extends Record<string, unknown>,
    B extends Record<string, unknown>,
    A extends Record<string, unknown>,
  >(options?: Interfaces.Input<F, B, A>, argv?: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    return super.parse(options && withEnvironment(options), argv);
  }

  override async catch(error: unknown): Promise<void> {
    reportError(error, this.output);
  }
}

function withEnvironment<Options extends { flags?: object; baseFlags?: object }>(options: Options): Options {
  return {
    ...options,
    flags: readFromEnvironment(options.flags),
    baseFlags: readFromEnvironment(options.baseFlags),
  };
}

function readFromEnvironment(flags: object | undefined): object {
  return Object.fromEntries(
    Object.entries(flags ?? {}).map(([name, flag]: [string, object]) => [
      name,
      // The password is read by read-access.ts, which tells the environment from the command line.
      name === "password" || name === "from-password"
        ? flag
        : withVariable(flag, `SLOTCTL_${name.replaceAll("-", "_").toUpperCase()}`),
    ]),
  );
}

/** oclif takes a variable for one value: where a flag may be given many times, commas or spaces part them. */
function withVariable(flag: object, variable: string): object {
  if (!("multiple" in flag && flag.multiple === true)) return { ...flag, env: variable };
  const values = (process.env[variable] ?? "").split(/[\s,]+/).filter((value) => value !== "");
  return values.length === 0 ? flag : { ...flag, default: values };
}
