import { LOCAL_HOST, type LocalNode } from "./local-cluster.ts";
import { nodeFiles } from "./state-directory.ts";

/** The text of a node's conf file, of settings that every server from Redis 6.0 and Valkey 7.2 on knows. */
export function nodeConf({ port, directory }: Pick<LocalNode, "port" | "directory">): string {
  const { log, pid } = nodeFiles(directory);
  const settings: readonly (readonly [string, string | number])[] = [
    ["port", port],
    ["bind", LOCAL_HOST],
    ["dir", directory],
    ["logfile", log],
    ["pidfile", pid],
    ["daemonize", "no"],
    ["always-show-logo", "no"],
    ["cluster-enabled", "yes"],
    ["cluster-config-file", "nodes.conf"],
    ["cluster-node-timeout", NODE_TIMEOUT_MS],
    ["appendonly", "no"],
    ["save", ""],
    ["repl-diskless-sync-delay", 0],
  ];
  return [...HEADER, ...settings.map(([name, value]) => `${name} ${quote(String(value))}`), ""].join("\n");
}

/**
 * The default is 15 s, and a failover takes that long to begin: too long to look at. Nodes on one machine
 * answer in well under a millisecond, and 2 s still leave room for a busy machine to stall.
 */
const NODE_TIMEOUT_MS = 2000;

const HEADER = [
  "# A node of a throw-away cluster: nothing is kept on disk (save, appendonly), and a replica gets its",
  "# data at once, not after a wait for others that might want it too (repl-diskless-sync-delay).",
];

/** As the servers' own reader takes words apart: in double quotes anything goes, with these escapes. */
function quote(value: string): string {
  if (/^[\w./:-]+$/.test(value)) return value;
  return `"${value
    .replaceAll(/["\\]/g, (char) => `\\${char}`)
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")}"`;
}
