import type { ReadLimits } from "../wire/import-source.ts";
import type { BiteFindings } from "./import-bite.ts";

const MEGABYTE = 1024 * 1024;
/** Room for more than one value of the size of the last ones is asked for only up to so much. */
const SEVERAL_BYTES_MAX = 12 * MEGABYTE;

/**
 * How much of a source is read at a time. A value that there is no room for is not sent, but costs its source a second
 * look: so what came last is the hint at what comes next.
 */
export class BiteSizes {
  #oneBytes = 0;
  #severalBytes = MEGABYTE;

  next(): ReadLimits {
    return {
      enoughBytes: Math.floor(this.#severalBytes / 2),
      bytesMax: Math.max(this.#oneBytes, this.#severalBytes),
    };
  }

  learn({ largestBytes, tooLargeBytes }: Pick<BiteFindings, "largestBytes" | "tooLargeBytes">): void {
    // It may grow until it is looked at again.
    this.#oneBytes = Math.ceil(((tooLargeBytes ?? largestBytes) * 9) / 8);
    const wantedBytes = Math.max(MEGABYTE, 2 * largestBytes, Math.floor(this.#severalBytes / 2));
    this.#severalBytes = Math.min(SEVERAL_BYTES_MAX, wantedBytes);
  }
}
