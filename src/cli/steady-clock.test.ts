import { expect, test, vi } from "vitest";
import { KeyRate } from "../apply/key-rate.ts";
import { STEADY_CLOCK } from "./steady-clock.ts";

test("a limit of keys per second holds nothing up when the machine's clock is set back", async () => {
  const startMs = Date.now();
  const rate = new KeyRate(STEADY_CLOCK, 1000);
  await rate.take(10, new AbortController().signal);
  const setBack = vi.spyOn(Date, "now").mockReturnValue(startMs - 3_600_000);
  const deadline = AbortSignal.timeout(5000);
  await rate.take(10, deadline);
  setBack.mockRestore();
  expect(deadline.aborted).toBe(false);
  expect(Math.abs(STEADY_CLOCK.nowMs() - Date.now())).toBeLessThan(3000);
});
