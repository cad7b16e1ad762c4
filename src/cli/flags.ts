import { Flags } from "@oclif/core";
import { MAX_LATENCY, PAIRS_AT_ONCE } from "./change-settings.ts";

/** Flags of every command. */
export const outputFlags = {
  json: Flags.boolean({ description: "Print one JSON document on stdout.", helpGroup: "OUTPUT" }),
  progress: Flags.option({
    options: ["auto", "plain", "json", "none"] as const,
    default: "auto" as const,
    description: "How progress is shown on stderr.",
    helpGroup: "OUTPUT",
  })(),
  "no-color": Flags.boolean({ description: "No colour, as with NO_COLOR.", helpGroup: "OUTPUT" }),
};

/** Flags of every command that talks to nodes. */
export const accessFlags = {
  user: Flags.string({ helpValue: "NAME", description: "ACL user on every node.", helpGroup: "CONNECTION" }),
  password: Flags.string({
    helpValue: "PASSWORD",
    description: "Password; better given by --password-file, --ask-password or SLOTCTL_PASSWORD.",
    helpGroup: "CONNECTION",
  }),
  "password-file": Flags.string({
    helpValue: "FILE",
    description: "File whose first line is the password.",
    helpGroup: "CONNECTION",
    exclusive: ["password"],
  }),
  "ask-password": Flags.boolean({
    description: "Ask for the password.",
    helpGroup: "CONNECTION",
    exclusive: ["password", "password-file"],
  }),
  "credentials-file": Flags.string({
    helpValue: "FILE",
    description: "Users and passwords of single nodes, where they have their own (YAML or JSON).",
    helpGroup: "CONNECTION",
  }),
  tls: Flags.boolean({ description: "Connect with TLS.", helpGroup: "CONNECTION" }),
  cacert: Flags.string({
    helpValue: "FILE",
    description: "CA certificate file (PEM).",
    helpGroup: "CONNECTION",
  }),
  cacertdir: Flags.string({
    helpValue: "DIRECTORY",
    description: "Directory with CA certificates (PEM).",
    helpGroup: "CONNECTION",
    exclusive: ["cacert"],
  }),
  cert: Flags.string({
    helpValue: "FILE",
    description: "Client certificate file (PEM).",
    helpGroup: "CONNECTION",
    dependsOn: ["key"],
  }),
  key: Flags.string({
    helpValue: "FILE",
    description: "Client key file (PEM).",
    helpGroup: "CONNECTION",
    dependsOn: ["cert"],
  }),
  sni: Flags.string({ helpValue: "NAME", description: "Server name for TLS.", helpGroup: "CONNECTION" }),
  insecure: Flags.boolean({ description: "Take any server certificate.", helpGroup: "CONNECTION" }),
  timeout: Flags.string({
    helpValue: "SECONDS",
    description: "Seconds that one node may take for one reply.",
    default: "5",
    helpGroup: "CONNECTION",
  }),
  map: Flags.string({
    description: "Reach a node that announces FROM at TO (host:port, or host for all its ports).",
    multiple: true,
    helpValue: "FROM=TO",
    helpGroup: "CONNECTION",
  }),
};

/** Flags of every command that shows what it is going to do, and asks. */
export const carryFlags = {
  "dry-run": Flags.boolean({ description: "Show the plan and change nothing." }),
  yes: Flags.boolean({ char: "y", description: "Do it without asking." }),
  wait: Flags.string({
    helpValue: "SECONDS",
    description: "Seconds the cluster may take to agree on a change.",
    default: "60",
  }),
};

/** Flags of every command that changes a cluster. */
export const changeFlags = {
  ...carryFlags,
  out: Flags.string({
    helpValue: "FILE",
    description: "Save the plan for slotctl apply, and change nothing.",
  }),
  "exit-code": Flags.boolean({
    description: "With --dry-run or --out: exit with 3 when there is something to do.",
  }),
  snapshot: Flags.string({
    helpValue: "FILE",
    description: "Plan on what slotctl snapshot has saved, and ask no node; implies --dry-run.",
  }),
};

/** Flags of every command that moves slots. */
export const moveFlags = {
  mover: Flags.option({
    options: ["auto", "atomic", "classic"] as const,
    default: "auto" as const,
    description:
      "How slots travel: atomic is the servers' own migration (Redis 8.4, Valkey 9.0 and later), classic is SETSLOT and MIGRATE, which every server has; auto takes the best that each pair of nodes can have.",
  })(),
  "max-latency": Flags.string({
    helpValue: "MS",
    description: "Go slower while clients of a node have to wait longer than this; 0 for no limit.",
    default: MAX_LATENCY,
  }),
  "max-keys-per-second": Flags.integer({
    helpValue: "N",
    description: "Move no more keys than this in a second, all pairs together.",
    min: 1,
  }),
  parallel: Flags.integer({
    helpValue: "N",
    description: "How many pairs of nodes may move slots at the same time.",
    default: PAIRS_AT_ONCE,
    min: 1,
  }),
  replace: Flags.boolean({ description: "Overwrite keys that the target has already." }),
  survey: Flags.boolean({ description: "First look at the keys that will move, and name the largest." }),
};
