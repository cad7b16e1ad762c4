import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, open, writeFile } from "node:fs/promises";
import { NodeFailed } from "../errors.ts";
import { fileReason } from "../files/file-reason.ts";
import type { Env } from "./env.ts";
import type { LocalServer } from "./find-server.ts";
import { LOCAL_HOST, type LocalNode } from "./local-cluster.ts";
import { nodeConf } from "./node-conf.ts";
import { serverEnv } from "./server-env.ts";
import { nodeFiles } from "./state-directory.ts";

export interface SpawnedNode {
  readonly node: LocalNode;
  /** Undefined when the system could not start the program at all. */
  readonly pid: number | undefined;
  /** Why its process has ended, once it has. */
  readonly endedBy: () => string | undefined;
}

export interface SpawnOptions {
  readonly server: LocalServer;
  readonly node: LocalNode;
  readonly env: Env;
}

/** Writes a node's directory and starts its server, in a session of its own: no Ctrl-C and no end of ours reaches it. */
export async function spawnNode({ server, node, env }: SpawnOptions): Promise<SpawnedNode> {
  const log = await prepareDirectory(node);
  try {
    return watch(
      node,
      spawn(server.path, [nodeFiles(node.directory).conf], {
        cwd: node.directory,
        detached: true,
        env: serverEnv(env),
        // What a server cannot put in its log, because it has not read yet where that is, it says on stderr.
        stdio: ["ignore", log.fd, log.fd],
      }),
    );
  } finally {
    await log.close();
  }
}

/** Returns its log, open for writing. Only the owner may read: the log can quote what a client sent. */
async function prepareDirectory(node: LocalNode) {
  const { conf, log } = nodeFiles(node.directory);
  try {
    await mkdir(node.directory, { mode: 0o700 });
    await writeFile(conf, nodeConf(node), { mode: 0o600 });
    return await open(log, "a", 0o600);
  } catch (error) {
    const reason = fileReason(error);
    throw new NodeFailed(`${node.directory} could not be written: ${reason}.`, {
      reason,
      code: "node-not-started",
      node: `${LOCAL_HOST}:${node.port}`,
      hint: "See that there is space left, or set XDG_STATE_HOME to another directory.",
      cause: error,
    });
  }
}

/** Keeps in mind how the process ends, without being kept alive by it. */
function watch(node: LocalNode, child: ChildProcess): SpawnedNode {
  let reason: string | undefined;
  child.once("error", (error) => {
    reason = error.message;
  });
  child.once("exit", (code, signal) => {
    reason = signal ? `its process was ended by ${signal}` : `its process ended with exit code ${code}`;
  });
  child.unref();
  return { node, pid: child.pid, endedBy: () => reason };
}
