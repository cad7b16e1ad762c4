import type { ConflictRule, ImportCounts } from "../plan/import.ts";
import type { ImportSource } from "../wire/import-source.ts";
import type { ImportTargets } from "../wire/import-targets.ts";
import type { Room } from "../wire/room.ts";
import type { Clock } from "./clock.ts";
import type { KeyRate } from "./key-rate.ts";
import type { LookingRoom } from "./looking-room.ts";
import type { SeenKeys } from "./seen-keys.ts";

/** What it takes to bring the keys of one database of one source into the cluster. */
export interface ImportContext {
  readonly source: ImportSource;
  readonly targets: ImportTargets;
  /** Delete at the source what has arrived. */
  readonly isMove: boolean;
  readonly rule: ConflictRule;
  readonly verify: boolean;
  readonly clock: Clock;
  /** Asks for an end: no new keys are begun. */
  readonly signal: AbortSignal;
  /** How long nothing may get on before the run is given up. */
  readonly waitMs: number;
  readonly rate: KeyRate | undefined;
  /** For values of all sources that are in hand, in bytes. */
  readonly reading: Room;
  /** For values of the cluster that are looked at. */
  readonly looking: LookingRoom;
  /** Keys of this database that stay where they are and were counted. */
  readonly seen: SeenKeys;
  readonly count: (counts: Partial<ImportCounts>) => void;
  readonly onWait: (node: string, reason: string) => void;
}
