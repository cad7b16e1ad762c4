import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test, vi } from "vitest";
import { listenForInterruption } from "./interruption.ts";

afterEach(() => vi.restoreAllMocks());

test("a second signal that comes with the first is the same request, and a later one ends the process", async () => {
  const exit = vi.spyOn(process, "exit").mockImplementation((code) => {
    throw new Error(`exit ${code}`);
  });
  const [onFirst, onSecond] = [vi.fn<() => void>(), vi.fn<() => void>()];
  using interruption = listenForInterruption({ onFirst, onSecond });
  expect(interruption.signal.aborted).toBe(false);
  process.emit("SIGINT", "SIGINT");
  process.emit("SIGINT", "SIGINT");
  expect(interruption.signal.aborted).toBe(true);
  expect([onFirst, onSecond, exit].map(({ mock }) => mock.calls.length)).toEqual([1, 0, 0]);
  await delay(60);
  expect(() => process.emit("SIGTERM", "SIGTERM")).toThrow("exit 143");
  expect(onSecond).toHaveBeenCalledOnce();
});
