import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findOnPath } from "./find-on-path.ts";
import { mustRun, runProgram } from "./run-program.ts";
import { programPaths, suiteFolder } from "./server-cache.ts";
import { askVersion, type TestServer } from "./test-server.ts";

const image = "redis:7";
const answerTimeoutMs = 10_000;
const pullTimeoutMs = 600_000;

export async function dockerAnswers(): Promise<boolean> {
  if (!(await findOnPath("docker"))) return false;
  const { exitCode } = await runProgram("docker", ["info"], { timeoutMs: answerTimeoutMs });
  return exitCode === 0;
}

/** Makes scripts that run the programs of the official image as if they were installed here. */
export async function writeDockerLaunchers(): Promise<TestServer> {
  await mustRun("docker", ["pull", "--quiet", image], { timeoutMs: pullTimeoutMs });
  const folder = suiteFolder("docker");
  const paths = programPaths(folder, "redis");
  await mkdir(join(folder, "bin"), { recursive: true });
  for (const [kind, path] of Object.entries(paths)) {
    const program = kind.replace("Path", "");
    await writeFile(path, launcherScript(`redis-${program}`), { mode: 0o755 });
  }
  return { ...(await askVersion(paths.serverPath)), ...paths, endSignal: "SIGTERM" };
}

/**
 * The host's network, and the working directory and the temporary directory (certificates) under their
 * own names, so that addresses and paths mean the same inside. The image's entrypoint is passed over,
 * because as root it would give the working directory to another user. The docker client hands SIGTERM
 * and SIGINT on to the server, but SIGKILL and SIGSTOP reach only the client: hence `endSignal`, and
 * tests that pause nodes need a server that is installed.
 */
function launcherScript(program: string): string {
  return `#!/bin/sh
tmp="\${TMPDIR:-/tmp}"
exec docker run --rm --interactive --network host --user "$(id -u):$(id -g)" \\
  -v "$PWD:$PWD" -v "$tmp:$tmp" -w "$PWD" --entrypoint ${program} ${image} "$@"
`;
}
