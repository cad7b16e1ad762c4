import { Config, Help, type Interfaces } from "@oclif/core";
import { helpJson, versionJson } from "../ui/json-help.ts";
import { Output } from "./output.ts";

/** Help in words, as oclif has it, without printing it. */
class HelpText extends Help {
  readonly #lines: string[] = [];

  protected override log(...lines: string[]): void {
    this.#lines.push(lines.join(" "));
  }

  get text(): string {
    return this.#lines.join("\n").trimEnd();
  }
}

/** Help as a document, for a program that asked for one whatever it asks. @throws for what is no command. */
export async function printHelpDocument(words: readonly string[], root: string): Promise<void> {
  const config = await Config.load(root);
  const help = new HelpText(config, { ...config.pjson.oclif.helpOptions, stripAnsi: true });
  await help.showHelp([...words]);
  documentOf(namesIn(words).join(" ")).succeed(helpJson(help.text));
}

/** The version as a document. */
export function printVersionDocument({ version }: Pick<Interfaces.PJSON, "version">): void {
  documentOf("--version").succeed(versionJson(version));
}

function namesIn(words: readonly string[]): readonly string[] {
  const firstFlag = words.findIndex((word) => word.startsWith("-"));
  return firstFlag === -1 ? words : words.slice(0, firstFlag);
}

function documentOf(command: string): Output {
  return new Output({ command: command === "" ? "--help" : command, json: true, colourAllowed: false });
}
