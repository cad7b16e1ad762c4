import { arrangeArgv } from "./arrange-argv.ts";
import { ownFolder, ownManifest } from "./own-manifest.ts";
import { planWords } from "./plan-words.ts";
import { settleProcess, settleStreams } from "./settle-process.ts";
import { wantsJson } from "./wants-json.ts";

/**
 * Runs the command that argv names and sets the exit code. Nothing that goes wrong leaves a stack trace,
 * and with `--json` whatever goes wrong is a JSON document.
 */
export async function main(argv: readonly string[]): Promise<void> {
  if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V") && !wantsJson(argv)) {
    settleStreams();
    // The most asked question of all is answered without loading a framework.
    process.stdout.write(
      `slotctl/${ownManifest().version} ${process.platform}-${process.arch} node-${process.version}\n`,
    );
    return;
  }
  settleProcess();
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
