import type { Engine } from "../cluster/node-view.ts";

/** The way slots travel between two nodes. */
export type Mover =
  /** SETSLOT and MIGRATE, on every version. */
  | "classic"
  /** CLUSTER MIGRATION, Redis 8.4 and later: the target pulls. */
  | "redis-atomic"
  /** CLUSTER MIGRATESLOTS, Valkey 9.0 and later: the source pushes. */
  | "valkey-atomic";

/** What the operator asked for: with `auto` each pair of nodes gets the best that it can have. */
export type MoverWish = "auto" | "atomic" | "classic";

/** What slots that travel so are moved with, as operators know it. */
export const MOVER_COMMANDS: Readonly<Record<Mover, string>> = {
  classic: "SETSLOT and MIGRATE",
  "redis-atomic": "CLUSTER MIGRATION",
  "valkey-atomic": "CLUSTER MIGRATESLOTS",
};

/** The atomic mover of each engine. */
export const ATOMIC_MOVERS: Readonly<Record<Engine, Mover>> = {
  redis: "redis-atomic",
  valkey: "valkey-atomic",
};
