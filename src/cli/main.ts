import { readFileSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";
import type { Interfaces } from "@oclif/core";
import { arrangeArgv } from "./arrange-argv.ts";
import { keepSmall } from "./keep-small.ts";
import { muteClosedStreams } from "./mute-closed-streams.ts";
import { planWords } from "./plan-words.ts";

/**
 * Runs the command that argv names and sets the exit code. Nothing that goes wrong leaves a stack trace,
 * and with `--json` whatever goes wrong is a JSON document.
 */
export async function main(argv: readonly string[]): Promise<void> {
  muteClosedStreams([process.stdout, process.stderr]);
  if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
    // The most asked question of all is answered without loading a framework.
    process.stdout.write(
      `slotctl/${ownManifest().version} ${process.platform}-${process.arch} node-${process.version}\n`,
    );
    return;
  }
  enableCompileCache();
  keepSmall();
  if (speaksRedisCli(argv)) {
    await dropIn(argv);
    return;
  }
  try {
    const { requireCommand } = await import("./require-command.ts");
    const { runCommand } = await import("./run-command.ts");
    const pjson = ownManifest();
    const words = requireCommand(planWords(arrangeArgv(argv)), {
      topics: Object.keys(pjson.oclif.topics ?? {}),
    });
    await runCommand(words, { root: ownFolder(), pjson });
  } catch (error) {
    const { reportOutsideCommand } = await import("./report-error.ts");
    reportOutsideCommand(error, argv);
  }
}

/** An option comes first, as none of our commands has it, and `--cluster` after it or at once. */
function speaksRedisCli(argv: readonly string[]): boolean {
  return argv[0]?.startsWith("-") === true && argv.includes("--cluster");
}

/** From its own file, for it stands above this one and most runs do without it. */
async function dropIn(argv: readonly string[]): Promise<void> {
  const { runDropIn } = (await import(new URL("../drop-in/drop-in.js", import.meta.url).href)) as {
    runDropIn: (argv: readonly string[], program: { version: string }) => Promise<void>;
  };
  await runDropIn(argv, { version: `slotctl ${ownManifest().version}` });
}

function ownManifest(): Interfaces.PJSON {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return JSON.parse(text) as Interfaces.PJSON;
}

function ownFolder(): string {
  return fileURLToPath(new URL("../..", import.meta.url));
}
