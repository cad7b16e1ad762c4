import { type FileHandle, open } from "node:fs/promises";
import { bytesOfKey } from "../cluster/key.ts";
import type { SavedValue } from "../cluster/key-conflict.ts";
import { FileFailed } from "../errors.ts";
import { fileReason } from "../files/file-reason.ts";
import { escapedKey } from "../ui/key-text.ts";

/** A file of values that gave way to others: one JSON object a line, with all that RESTORE needs. */
export class SavedValues {
  readonly path: string;
  #count = 0;
  /** Whether the file ends with a whole line: a run that was killed, or a full disk, may have left a part of one. */
  #isWhole = false;

  constructor(path: string) {
    this.path = path;
  }

  get count(): number {
    return this.#count;
  }

  /**
   * Appends a value; it is on the disk when this returns.
   *
   * @throws FileFailed
   */
  async save({ key, dump, ttlMs, ...where }: SavedValue): Promise<void> {
    const line = {
      ...where,
      key: escapedKey(key),
      keyBase64: bytesOfKey(key).toString("base64"),
      ttlMs: ttlMs ?? 0,
      dumpBase64: dump.toString("base64"),
      savedAt: new Date().toISOString(),
    };
    try {
      // Only for whoever runs it: values are nobody else's business.
      await using file = await open(this.path, "a+", 0o600);
      const isPart = !this.#isWhole && (await endsWithinLine(file));
      this.#isWhole = false;
      await file.appendFile(`${isPart ? "\n" : ""}${JSON.stringify(line)}\n`);
      await file.sync();
      this.#isWhole = true;
    } catch (error) {
      const reason = fileReason(error);
      throw new FileFailed(`${this.path} could not be written: ${reason}.`, {
        reason,
        code: "file-not-written",
        hint: "Give another file with --save-to FILE, then run the same command again.",
        cause: error,
      });
    }
    this.#count += 1;
  }
}

async function endsWithinLine(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read({ buffer: Buffer.alloc(1), position: size - 1 });
  return buffer.toString() !== "\n";
}
