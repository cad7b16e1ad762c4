import { UsageError } from "../errors.ts";

/** What is wrong in a file, and where. Lines and columns are counted from 1. */
export interface FileFault {
  readonly line: number;
  readonly column: number;
  /** Without a full stop. */
  readonly message: string;
}

/** A fault of what the text says, at the keys and places in lists that lead there. */
export interface DataFault {
  readonly path: readonly (string | number)[];
  /** Whether the key itself is meant, and not what stands behind it. */
  readonly atKey?: boolean;
  readonly message: string;
}

const TOLD_MAX = 10;

/** One error that tells all faults of a file, the first ones of very many. */
export function faultyFile(path: string, faults: readonly FileFault[]): UsageError {
  const inOrder = faults.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const told = inOrder
    .slice(0, TOLD_MAX)
    .map((fault) => `${path}:${fault.line}:${fault.column}: ${fault.message}.`);
  const hidden = faults.length - told.length;
  if (hidden > 0) told.push(`And ${hidden} more.`);
  return new UsageError(told.join(" "), {
    code: "bad-cluster-file",
    hint: "docs/cluster-file.md has every key; slotctl export --schema prints a JSON Schema for editors.",
  });
}
