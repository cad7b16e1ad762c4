import { FileFailed, messageOf, SlotctlError } from "../errors.ts";
import { codeOfFile, fileReason } from "../files/file-reason.ts";

/** The error for a file that could not be written or read; an error of ours stays what it is. */
export function fileFailed(error: unknown, path: string): Error {
  if (error instanceof SlotctlError) return error;
  const code = codeOfFile(error);
  if (!(error instanceof Error && ("syscall" in error || fileReason(error) !== error.message))) {
    return error instanceof Error ? error : new Error(messageOf(error));
  }
  return new FileFailed(`${path}: ${fileReason(error)}.`, {
    code: code === "ENOSPC" || code === "EDQUOT" ? "disk-full" : "file-failed",
    hint:
      code === "ENOSPC" || code === "EDQUOT"
        ? "Make room there, or give a directory on another disk."
        : "Give a directory that you may write to and read.",
  });
}
