/** What makes a command one to think about before it goes to every node. */
export type CommandEffect =
  /** Keys, or parts of them, are gone and cannot be had back from the cluster. */
  | "deletes-data"
  /** A node ends, stands still, or drops its clients. */
  | "interrupts-service"
  /** Who owns what, or who follows whom, is another matter afterwards. */
  | "changes-topology"
  /** Who may do what, possibly slotctl itself. */
  | "changes-access"
  /** What keeps or limits the data, or where the node can be reached. */
  | "changes-settings"
  /** Scripts, functions or modules that clients rely on are gone or others. */
  | "changes-code"
  /** What it does stands in a script, which nobody reads here. */
  | "runs-a-script";

/**
 * Commands to ask about, whatever their arguments. A plain write such as SET is not among them: it does what it
 * says to the one key that it names. Those are that take away what nobody named, or whole keys, and on every node.
 */
export const RISKY_COMMANDS: Readonly<Record<CommandEffect, readonly string[]>> = {
  "deletes-data": wordsOf(
    "FLUSHALL FLUSHDB SWAPDB",
    "DEL UNLINK DELEX DELIFEQ GETDEL MOVE RENAME MIGRATE RESTORE RESTORE-ASKING",
    "EXPIRE PEXPIRE EXPIREAT PEXPIREAT LTRIM XTRIM",
  ),
  // SAVE is no danger to the data, but a node answers nobody meanwhile, and here all would do it at once.
  "interrupts-service": ["SHUTDOWN", "SAVE"],
  "changes-topology": ["REPLICAOF", "SLAVEOF", "FAILOVER"],
  "changes-access": [],
  "changes-settings": [],
  "changes-code": [],
  "runs-a-script": ["EVAL", "EVALSHA", "FCALL"],
};

/**
 * Commands that have subcommands: what is not known to be harmless is asked about, for servers get new ones.
 */
export const RISKY_CONTAINERS: Readonly<
  Record<string, { effect: CommandEffect; harmless: readonly string[] }>
> = {
  CLUSTER: {
    effect: "changes-topology",
    harmless: wordsOf(
      "NODES INFO SLOTS SHARDS LINKS MYID MYSHARDID KEYSLOT COUNTKEYSINSLOT",
      "GETKEYSINSLOT COUNT-FAILURE-REPORTS REPLICAS SLAVES SLOT-STATS GETSLOTMIGRATIONS",
      "SAVECONFIG HELP",
    ),
  },
  ACL: {
    effect: "changes-access",
    harmless: ["CAT", "DRYRUN", "GENPASS", "GETUSER", "LIST", "LOG", "SAVE", "USERS", "WHOAMI", "HELP"],
  },
  CLIENT: {
    effect: "interrupts-service",
    harmless: ["LIST", "INFO", "ID", "GETNAME", "GETREDIR", "TRACKINGINFO", "UNPAUSE", "HELP"],
  },
  CONFIG: { effect: "changes-settings", harmless: ["GET", "RESETSTAT", "HELP"] },
  DEBUG: { effect: "interrupts-service", harmless: ["HELP"] },
  FUNCTION: { effect: "changes-code", harmless: ["LIST", "DUMP", "STATS", "HELP"] },
  MODULE: { effect: "changes-code", harmless: ["LIST", "HELP"] },
  SCRIPT: { effect: "changes-code", harmless: ["EXISTS", "LOAD", "SHOW", "HELP"] },
  XGROUP: { effect: "deletes-data", harmless: ["CREATE", "CREATECONSUMER", "HELP"] },
};

/** Modules name what deletes alike: `FT.DROPINDEX`, `JSON.DEL`, `GRAPH.DELETE`. */
export const RISKY_MODULE_COMMAND = /\.(?:DEL|DROP|FLUSH|FORGET)/;

/**
 * Settings that CONFIG SET is asked about: they keep the data or limit it, decide who gets in or how a node is
 * reached, or what a replica is. All others only tune.
 */
export const RISKY_SETTINGS: readonly RegExp[] = [
  /^(?:dir|dbfilename|save|appendonly|appendfilename|appendfsync|rdb-del-sync-files)$/,
  /^(?:maxmemory|maxmemory-policy|maxclients|timeout|client-output-buffer-limit)$/,
  /^(?:requirepass|masterauth|masteruser|primaryauth|primaryuser|protected-mode|aclfile)$/,
  /^(?:bind|port|unixsocket|cluster-port|cluster-announce-.*|cluster-node-timeout|tls-.*)$/,
  /^(?:slaveof|replicaof|(?:slave|replica)-(?:read-only|serve-stale-data)|min-(?:slaves|replicas)-.*)$/,
];

function wordsOf(...lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split(" "));
}
