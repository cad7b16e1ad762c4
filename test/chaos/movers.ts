/** What is tried: a mover on servers that have it. */
export interface ChaosMover {
  readonly name: MoverName;
  /** What `slotctl --mover` is given. */
  readonly flag: "classic" | "atomic";
  /** Server to run on when nobody asks for another. */
  readonly server: string;
  /** What the node that slots are gathered at weighs against each of the others. */
  readonly gatherWeight: number;
  /** As many slots and keys as make a move long enough to be hit in its middle. */
  readonly keys: { readonly count: number; readonly valueBytes: number };
}

export const MOVER_NAMES = ["classic", "redis-atomic", "valkey-atomic"] as const;
export type MoverName = (typeof MOVER_NAMES)[number];

export const KILLS = ["cli", "sigint", "source", "target"] as const;
/** Who is killed: slotctl, by SIGKILL or SIGINT, or a node that slots leave or come to. */
export type Kill = (typeof KILLS)[number];

export function isNodeKill(kill: Kill): kill is "source" | "target" {
  return kill === "source" || kill === "target";
}

const MOVERS: Readonly<Record<MoverName, ChaosMover>> = {
  classic: {
    name: "classic",
    flag: "classic",
    server: "redis 7.0",
    gatherWeight: 1.5,
    keys: { count: 30_000, valueBytes: 100 },
  },
  "redis-atomic": {
    name: "redis-atomic",
    flag: "atomic",
    server: "redis 8.6",
    gatherWeight: 4,
    keys: { count: 80_000, valueBytes: 500 },
  },
  "valkey-atomic": {
    name: "valkey-atomic",
    flag: "atomic",
    server: "valkey 9.1",
    gatherWeight: 4,
    keys: { count: 80_000, valueBytes: 500 },
  },
};

export function moverNamed(name: MoverName): ChaosMover {
  return MOVERS[name];
}

/**
 * The flags of every command that moves slots here. Without a limit of latency: what else the machine does
 * would stretch a paced move without end.
 */
export function moveFlags({ flag }: ChaosMover): string[] {
  return ["--mover", flag, "--max-latency", "0", "--yes"];
}
