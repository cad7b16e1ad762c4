import type { Mover } from "../../src/plan/mover.ts";
import type { SimSettings } from "./sim-cluster-world.ts";

/** Servers with atomic migrations, as the nodes of a simulated cluster may be. */
export const atomicServers: readonly { readonly mover: Mover; readonly server: SimSettings["server"] }[] = [
  { mover: "redis-atomic", server: { engine: "redis", version: "8.6.3" } },
  { mover: "valkey-atomic", server: { engine: "valkey", version: "9.1.0" } },
];
