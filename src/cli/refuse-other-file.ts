import { UsageError } from "../errors.ts";
import { FILE_NAMES, type FileKind, kindOfFile, useOfFile } from "./kind-of-file.ts";

const CODES = { "saved-plan": "bad-file", snapshot: "bad-file", "cluster-file": "bad-cluster-file" } as const;

/**
 * Tells a file of ours that is given in place of another one: what is wrong in its lines is nothing that anybody could put
 * right.
 *
 * @throws UsageError that says what it is, and what for.
 */
export function refuseOtherFile(
  path: string,
  { text, wanted }: { readonly text: string; readonly wanted: keyof typeof CODES },
): void {
  const kind: FileKind | undefined = kindOfFile(text);
  if (kind === undefined || kind === wanted) return;
  throw new UsageError(`${path} is ${FILE_NAMES[kind]}, not ${FILE_NAMES[wanted]}.`, {
    code: CODES[wanted],
    hint: useOfFile(kind, path),
  });
}
