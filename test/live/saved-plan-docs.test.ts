import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { representatives } from "../support/live-versions.ts";
import { aDirectory } from "../support/a-directory.ts";
import { aLiveCluster, nodeAt } from "../support/live-cluster.ts";
import { runSlotctl } from "../support/run-slotctl.ts";
import { listServers } from "../servers/list-servers.ts";

/** The quickest one: the page says nothing of any server. */
const server = representatives(await listServers()).at(-1);

interface TypedCommand {
  readonly words: readonly string[];
  readonly into: string | undefined;
  readonly exits: number;
}

/** The commands of the page's code blocks, with the exit code that a comment behind them promises. */
async function commandsOf(page: string): Promise<TypedCommand[]> {
  const text = await readFile(new URL(`../../${page}`, import.meta.url), "utf8");
  const blocks = [...text.matchAll(/^```\n([^]*?)^```$/gm)].map(([, block = ""]) => block);
  const lines = blocks.flatMap((block) => block.split("\n")).filter((line) => line.startsWith("slotctl "));
  return lines.map((line) => {
    const [typed = "", comment = ""] = line.split(" #");
    const [command = "", into] = typed.split(" > ");
    const [, code = "0"] = /exits with (\d+)/.exec(comment) ?? [];
    return { words: command.trim().split(/\s+/).slice(1), into: into?.trim(), exits: Number(code) };
  });
}

test("every command of docs/plans.md does what the page says", async () => {
  if (!server) throw new Error("there is no server to run");
  // Or the server would make the new node a replica when it gives its slots back.
  const config = { "cluster-allow-replica-migration": "no" };
  await using cluster = await aLiveCluster({ server, spares: 1, config });
  const cwd = await aDirectory();
  const real = (word: string) =>
    word
      .replaceAll("10.0.0.1:6379", cluster.seed)
      .replaceAll("10.0.0.4:6379", nodeAt(cluster.spares, 0).address);
  const commands = await commandsOf("docs/plans.md");
  expect(commands.length).toBeGreaterThan(15);
  const ended: unknown[] = [];
  for (const { words, into } of commands) {
    const result = await runSlotctl(words.map(real), { cwd });
    if (into !== undefined) await writeFile(join(cwd, into), result.stdout);
    ended.push({
      words,
      exits: result.exitCode,
      ...(result.exitCode === 0 || result.exitCode === 3 ? {} : { said: result.stderr }),
    });
  }
  expect(ended).toEqual(commands.map(({ words, exits }) => ({ words, exits })));
  const info = await runSlotctl(["info", cluster.seed, "--json"]);
  expect(info.json().data).toMatchObject({ totals: { primaries: 3, slotsCovered: 16_384 } });
});
