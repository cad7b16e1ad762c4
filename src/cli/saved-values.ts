import { open } from "node:fs/promises";
import { bytesOfKey } from "../cluster/key.ts";
import type { SavedValue } from "../cluster/key-conflict.ts";
import { FileFailed, messageOf } from "../errors.ts";
import { escapedKey } from "../ui/key-text.ts";

/** A file of values that gave way to others: one JSON object a line, with all that RESTORE needs. */
export class SavedValues {
  readonly path: string;
  #count = 0;

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
      await using file = await open(this.path, "a", 0o600);
      await file.appendFile(`${JSON.stringify(line)}\n`);
      await file.sync();
    } catch (error) {
      throw new FileFailed(`${this.path} could not be written: ${messageOf(error)}`, {
        code: "file-not-written",
        hint: "Give another file with --save-to FILE, then run the same command again.",
        cause: error,
      });
    }
    this.#count += 1;
  }
}
