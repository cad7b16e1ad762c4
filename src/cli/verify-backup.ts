import { verifyFolder } from "../backup/verify-folder.ts";
import { renderVerdict, verdictJson } from "../ui/render-verdict.ts";
import { EXIT } from "./exit-codes.ts";
import type { Output } from "./output.ts";

/** Says whether a backup is still what was written. Reads only, so Ctrl-C simply ends it. */
export async function verifyBackup(
  directory: string,
  { output, filesAtOnceMax }: { readonly output: Output; readonly filesAtOnceMax: number },
): Promise<void> {
  const verdict = await verifyFolder(directory, { filesAtOnceMax });
  output.print(renderVerdict(directory, verdict, output.stdout));
  const data = verdictJson(directory, verdict);
  output.succeed(data);
  if (data.problems.some(({ severity }) => severity === "error")) process.exitCode = EXIT.problemsFound;
}
