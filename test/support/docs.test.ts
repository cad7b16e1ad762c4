import { glob, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { PLANNING_COMMANDS } from "../../src/cli/plan-words.ts";
import { EXIT } from "../../src/cli/exit-codes.ts";

interface CommandClass {
  /** Undefined where a command has none of its own. */
  readonly flags: Readonly<Record<string, unknown>> | undefined;
  readonly baseFlags: Readonly<Record<string, unknown>>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const sections = sectionsOf(await read("docs/commands.md"));
const commands = await readCommands();

describe.each([...commands])("docs/commands.md on %s", (id, { flags, baseFlags }) => {
  const own = sections.get(id) ?? "";
  const all = [own, ...linkedFrom(own)].join("\n");

  test("tells of every flag", () => {
    const names = Object.keys({ ...baseFlags, ...flags });
    expect(names.filter((name) => !flagsIn(all).has(name))).toEqual([]);
  });

  test("tells of no flag that is not there", () => {
    const names = new Set([...Object.keys({ ...baseFlags, ...flags }), "help"]);
    // What it says of another command is that command's: `rebalance --use-empty`.
    const aboutItself = own.replaceAll(/\[`[a-z]+[^`]*`\]\([^)]*\)/g, "");
    expect([...flagsIn(aboutItself)].filter((name) => !names.has(name))).toEqual([]);
  });
});

test.each([
  "README.md",
  "CHANGELOG.md",
  "docs/architecture.md",
  "docs/commands.md",
  "docs/plans.md",
  "docs/rebalancing.md",
  "docs/redis-cli.md",
])("%s names commands that are there", async (path) => {
  const named = [...codeIn(await read(path)).matchAll(/^(?:\$ )?slotctl ((?:local )?[a-z][a-z-]*)/gm)];
  expect(named.map(([, id = ""]) => id).filter((id) => id !== "plan" && !commands.has(id))).toEqual([]);
});

test.each([
  "README.md",
  "docs/architecture.md",
  "docs/commands.md",
  "docs/containers.md",
  "docs/plans.md",
  "docs/rebalancing.md",
  "docs/redis-cli.md",
  "docs/security.md",
])("%s links to what is there", async (path) => {
  const text = await read(path);
  const files = new Set<string>();
  for await (const file of glob(["*.md", "LICENSE", "docs/*", "src/**", "test/**"], { cwd: root }))
    files.add(file);
  const folder = path.startsWith("docs/") ? "docs/" : "";
  const links = /\]\(([^)#:]+)(?:#[^)]*)?\)|^\[[^\]]+\]: ([^#:\n]+)/gm;
  const linked = [...text.matchAll(links)].map(([, inline, below]) =>
    new URL(folder + (inline ?? below), "file:///").pathname.slice(1).replace(/\/$/, ""),
  );
  expect(linked.filter((file) => !files.has(file))).toEqual([]);
});

test("docs/output.md has every exit code, and is the only one to list them", async () => {
  const [output, commandsText] = await Promise.all([read("docs/output.md"), read("docs/commands.md")]);
  const codesIn = (text: string) => [...text.matchAll(/^\| +(\d) +\|/gm)].map(([, code]) => Number(code));
  expect(codesIn(output)).toEqual(Object.values(EXIT));
  expect(codesIn(commandsText)).toEqual([]);
});

async function readCommands(): Promise<Map<string, CommandClass>> {
  const found = new Map<string, CommandClass>();
  for await (const file of glob("src/commands/**/*.ts", { cwd: root })) {
    if (file.endsWith(".test.ts")) continue;
    const id = file
      .replace(/^src\/commands\//, "")
      .replace(/\.ts$/, "")
      .replaceAll("/", " ");
    const { default: command } = (await import(`${root}/${file}`)) as { default: CommandClass };
    found.set(id, command);
  }
  return found;
}

/** The text below each second-level heading. */
function sectionsOf(text: string): Map<string, string> {
  return new Map(
    text.split(/^## /m).map((section) => {
      const [heading = "", ...lines] = section.split("\n");
      return [heading, lines.join("\n")];
    }),
  );
}

/** The sections that a section refers its reader to for more flags. */
function linkedFrom(section: string): string[] {
  const anchors = new Set([...section.matchAll(/\]\(#([a-z-]+)\)/g)].map(([, anchor]) => anchor));
  return [...sections].flatMap(([heading, text]) =>
    / flags|Flags of /.test(` ${heading}`) && anchors.has(heading.toLowerCase().replaceAll(" ", "-"))
      ? [text]
      : [],
  );
}

/** Code blocks, and each piece of code in the text on a line of its own. */
function codeIn(text: string): string {
  const blocks = [...text.matchAll(/^```\n([^]*?)^```$/gm)].map(([, block = ""]) => block);
  const spans = [...text.matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span);
  return [...blocks, ...spans].join("\n");
}

function flagsIn(text: string): Set<string> {
  return new Set([...text.matchAll(/--([a-z][a-z-]*)/g)].map(([, name = ""]) => name));
}

function read(path: string): Promise<string> {
  return readFile(`${root}/${path}`, "utf8");
}

test("plan COMMAND is there for every command that plans", () => {
  const planning = [...commands]
    .filter(([, { flags }]) => Object.keys(flags ?? {}).includes("snapshot"))
    .map(([id]) => id);
  expect(PLANNING_COMMANDS.toSorted()).toEqual(planning.toSorted());
});
