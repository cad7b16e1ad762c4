import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Config, type Interfaces, run } from "@oclif/core";
import type { SlotctlCommand } from "./slotctl-command.ts";
import { wantsJson } from "./wants-json.ts";

interface Program {
  readonly root: string;
  readonly pjson: Interfaces.PJSON;
}

/** Runs the command that the words begin with. All else, such as help and what is no command, is left to oclif. */
export async function runCommand(words: readonly string[], { root, pjson }: Program): Promise<void> {
  // Help and version are text for people, and a document for a program that asked for one.
  if (wantsJson(words) && (asksForHelp(words) || asksForVersion(words))) {
    const { printHelpDocument, printVersionDocument } = await import("./help-document.ts");
    if (asksForHelp(words)) await printHelpDocument(words, root);
    else printVersionDocument(pjson);
    return;
  }
  const known = asksForHelp(words) ? undefined : findCommand(words, join(root, "dist/commands"));
  if (known === undefined) {
    await run([...words], { root });
    return;
  }
  const { default: Command } = (await import(pathToFileURL(known.file).href)) as {
    default: typeof SlotctlCommand & (new (argv: string[], config: Config) => SlotctlCommand);
  };
  Command.id = known.id;
  await Command.runKnown([...known.rest], new KnownConfig({ root, pjson }));
}

/** Whether the words ask for the version and nothing else; flags of the output may stand beside it. */
function asksForVersion(words: readonly string[]): boolean {
  return (
    words.every((word) => word.startsWith("-")) && words.some((word) => word === "--version" || word === "-V")
  );
}

function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  return (end === -1 ? words : words.slice(0, end)).includes("--help");
}

export interface Known {
  /** As oclif writes it: `local:up`. */
  readonly id: string;
  readonly file: string;
  readonly rest: readonly string[];
}

/** The command that the words begin with; undefined where they begin with none that is typed as it should be. */
export function findCommand(words: readonly string[], folder: string): Known | undefined {
  for (const length of [NAMES_MAX, 1]) {
    const names = words.slice(0, length);
    const file = `${join(folder, ...names)}.js`;
    // What is typed becomes a path: nothing but the name of a command may.
    if (names.length === length && names.every((name) => /^[a-z-]+$/.test(name)) && existsSync(file)) {
      return { id: names.join(":"), file, rest: words.slice(length) };
    }
  }
  return undefined;
}

/** A topic and what is to be done: `local up`. */
const NAMES_MAX = 2;

/**
 * What a command wants to know of the program. Unlike oclif's own it looks for nothing on the disk, neither for
 * plugins and hooks, which we have none of, nor for the other commands: that took longer than most commands do.
 */
class KnownConfig extends Config {
  constructor({ root, pjson }: Program) {
    super({ root, pjson });
    this.pjson = pjson;
    this.bin = pjson.oclif.bin ?? pjson.name;
    this.topicSeparator = " ";
  }

  override async runHook<
    T extends keyof Interfaces.Hooks,
    P extends Interfaces.Hooks = Interfaces.Hooks,
  >(): Promise<Interfaces.Hook.Result<P[T]["return"]>> {
    return { successes: [], failures: [] };
  }
}
