import { runProgram, mustRun } from "./run-program.ts";
import { exists } from "./server-cache.ts";

/** Where this machine gets Debian from, and the key that Debian signs with. */
export interface DebianArchive {
  readonly uri: string;
  readonly architecture: string;
  readonly keyring?: string;
}

const keyrings = [
  "/usr/share/keyrings/debian-archive-keyring.pgp",
  "/usr/share/keyrings/debian-archive-keyring.gpg",
];

/** Reads the address from apt's own configuration, so that a machine behind a mirror stays behind it. */
export async function findDebianArchive(): Promise<DebianArchive> {
  const format = "$(RELEASE)|$(COMPONENT)|$(LABEL)|$(REPO_URI)";
  const targets = await runProgram("apt-get", ["indextargets", "--format", format, "Created-By: Packages"]);
  const uri = pickArchive(targets.stdout.trim().split("\n"));
  if (!uri) throw new Error("apt on this machine is not configured for a Debian archive");
  const architecture = (await mustRun("dpkg", ["--print-architecture"])).trim();
  for (const keyring of keyrings) if (await exists(keyring)) return { uri, architecture, keyring };
  return { uri, architecture };
}

/**
 * The archive's address among the lines `release|component|label|address`.
 *
 * The label is only known after an `apt-get update`; before it, a suite of the archive itself is told
 * from updates, security and third parties by its plain name, its component and the usual path.
 */
export function pickArchive(lines: readonly string[]): string | undefined {
  const targets = lines
    .map((line) => line.split("|"))
    .filter(([release, component]) => component === "main" && /^[a-z]+$/.test(release ?? ""));
  const labelled = targets.find(([, , label]) => label === "Debian");
  const likely = targets.find(([, , label, uri]) => label === "$(LABEL)" && /\/debian\/?$/.test(uri ?? ""));
  return (labelled ?? likely)?.[3];
}
