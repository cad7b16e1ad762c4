import { UsageError } from "../errors.ts";
import type { ConflictRule, ImportWish } from "../plan/import.ts";

/** The flags of import that say what is wanted, as oclif hands them over. */
export interface ImportWishFlags {
  readonly copy?: boolean;
  readonly replace?: boolean;
  readonly "on-conflict": ConflictRule | undefined;
  readonly database: readonly number[] | undefined;
  readonly "map-database": readonly string[] | undefined;
  readonly verify?: boolean;
  readonly "memory-unchecked"?: boolean;
}

/** @throws UsageError for a --map-database that makes no sense. */
export function readImportWish(flags: ImportWishFlags): ImportWish {
  return {
    copy: flags.copy ?? false,
    onConflict: flags["on-conflict"] ?? (flags.replace ? "replace" : "stop"),
    databases: flags.database,
    databaseMap: new Map((flags["map-database"] ?? []).map(readPair)),
    verify: flags.verify ?? false,
    memoryUnchecked: flags["memory-unchecked"] ?? false,
  };
}

function readPair(text: string): [number, number] {
  const [, from, to] = /^(\d{1,9})=(\d{1,9})$/.exec(text) ?? [];
  if (from !== undefined && to !== undefined) return [Number(from), Number(to)];
  throw new UsageError(`--map-database ${text} is not understood.`, {
    code: "bad-database",
    hint: "Write it as FROM=TO, such as 3=0: two numbers of databases.",
  });
}
