import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";

/** One half is filled while the disk takes the other; more than both is never held. */
const HALF_BYTES = 1024 * 1024;

/** A new file that only its owner may read, written from front to back, with a SHA-256 of what it gets. */
export class SummedFile implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #hash = createHash("sha256");
  #filling = Buffer.allocUnsafe(HALF_BYTES);
  #other = Buffer.allocUnsafe(HALF_BYTES);
  #filled = 0;
  #bytes = 0;
  #writing: Promise<void> = Promise.resolve();
  #isOpen = true;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async create(path: string): Promise<SummedFile> {
    return new SummedFile(await open(path, "wx", 0o600));
  }

  /** Takes bytes over, which may be used anew afterwards. Waits for the disk where it is slower. */
  async append(bytes: Buffer): Promise<void> {
    this.#bytes += bytes.length;
    for (let at = 0; at < bytes.length;) {
      const copied = bytes.copy(this.#filling, this.#filled, at);
      at += copied;
      this.#filled += copied;
      if (this.#filled === HALF_BYTES) await this.#turn();
    }
  }

  /** Returns once the disk has it all. */
  async end(): Promise<{ readonly bytes: number; readonly sha256: string }> {
    await this.#turn();
    await this.#writing;
    await this.#file.sync();
    await this[Symbol.asyncDispose]();
    return { bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await Promise.allSettled([this.#writing]);
    await this.#file.close();
  }

  async #turn(): Promise<void> {
    const full = this.#filling.subarray(0, this.#filled);
    this.#hash.update(full);
    await this.#writing;
    this.#writing = writeAll(this.#file, full);
    // It is awaited at the next turn; until then nobody listens, and a failure must not end the process.
    this.#writing.catch(() => undefined);
    [this.#filling, this.#other] = [this.#other, this.#filling];
    this.#filled = 0;
  }
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, at);
    at += bytesWritten;
  }
}
