import { messageOf } from "../errors.ts";

/** Why a file or directory could not be read or written, in words: the system's own name its codes and calls. */
export function fileReason(error: unknown): string {
  return REASONS[codeOfFile(error)] ?? messageOf(error);
}

/** The system's code for it, such as ENOENT; empty for what the system did not say. */
export function codeOfFile(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
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
