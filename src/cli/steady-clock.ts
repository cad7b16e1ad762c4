import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../apply/clock.ts";

/** The time of day at the start, and from there on what has passed: whoever sets the clock back holds no run up. */
export const STEADY_CLOCK: Clock = {
  nowMs: () => performance.timeOrigin + performance.now(),
  sleep: (ms) => delay(ms),
};
