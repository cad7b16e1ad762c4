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
  #bytes = MEGABYTE;

  next(): ReadLimits {
    return { enoughBytes: Math.floor(this.#bytes / 2), bytesMax: this.#bytes };
  }

  learn({ largestBytes, tooLargeBytes }: Pick<BiteFindings, "largestBytes" | "tooLargeBytes">): void {
    // It may grow until it is looked at again.
    const oneBytes = Math.ceil(((tooLargeBytes ?? largestBytes) * 9) / 8);
    const several = Math.min(SEVERAL_BYTES_MAX, Math.max(MEGABYTE, 2 * largestBytes, this.#bytes / 2));
    this.#bytes = Math.max(oneBytes, Math.floor(several));
  }
}
