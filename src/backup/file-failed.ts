import { FileFailed, messageOf, SlotctlError } from "../errors.ts";

/** The error for a file that could not be written or read; an error of ours stays what it is. */
export function fileFailed(error: unknown, path: string): Error {
  if (error instanceof SlotctlError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = REASONS[code];
  if (reason === undefined && !(error instanceof Error && "syscall" in error)) {
    return error instanceof Error ? error : new Error(messageOf(error));
  }
  return new FileFailed(`${path}: ${reason ?? messageOf(error)}.`, {
    code: code === "ENOSPC" || code === "EDQUOT" ? "disk-full" : "file-failed",
    hint:
      code === "ENOSPC" || code === "EDQUOT"
        ? "Make room there, or give a directory on another disk."
        : "Give a directory that you may write to and read.",
  });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system can only be read",
  ENOENT: "there is no such file or directory",
  ENOTDIR: "a part of the path is no directory",
  EISDIR: "it is a directory",
};
