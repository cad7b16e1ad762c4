import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Both halves of the space for young objects; more of it makes collecting them hardly cheaper. */
const YOUNG_BYTES_MAX = 12 * 1024 * 1024;

/**
 * Keeps the process small although keys pass through it by the hundred thousand. They are garbage soon, and V8 would
 * rather let its space for young objects grow to 128 MB, and the old one by as much as it has, than collect them
 * earlier. V8 reads these flags whenever it collects; the flag for the size itself it only reads as it starts.
 */
export function keepSmall(): void {
  setFlagsFromString("--heap-growing-percent=50");
  const observer = new PerformanceObserver(() => {
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
    if (!young || young.space_size < YOUNG_BYTES_MAX) return;
    setFlagsFromString("--semi-space-growth-factor=1");
    observer.disconnect();
  });
  observer.observe({ entryTypes: ["gc"] });
}
