import { expect, test } from "vitest";
import type { Mover } from "../plan/mover.ts";
import { nothingMoved } from "./json-change.ts";
import { renderMoved } from "./render-moved.ts";
import { makeTheme } from "./theme.ts";

const by = (mover: Mover, slots: number) => ({ mover, slots, keys: 0 });
const look = { theme: makeTheme({ colour: false }), columns: 100 };

test("says how much moved, how fast and how", () => {
  const moved = { slots: 4096, keys: 250_000, seconds: 2, movers: [by("classic", 4096)] };
  expect(renderMoved({ applied: 3, seconds: 2.5, moved }, look)).toEqual([
    "✓ Moved 4,096 slots with 250,000 keys in 2.0 s (mover classic, 125,000 keys/s).",
  ]);
});

test("names every mover where there were several", () => {
  const movers = [by("redis-atomic", 3000), by("classic", 1)];
  const moved = { slots: 3001, keys: 100, seconds: 0.5, movers };
  expect(renderMoved({ applied: 2, seconds: 1, moved }, look)).toEqual([
    "✓ Moved 3,001 slots with 100 keys in 0.50 s (3,000 slots by redis-atomic, 1 slot by classic,",
    "  200 keys/s).",
  ]);
});

test("slots without keys are slots alone", () => {
  const moved = { slots: 1, keys: 0, seconds: 0, movers: [by("classic", 1)] };
  expect(renderMoved({ applied: 1, seconds: 0.1, moved }, look)).toEqual([
    "✓ Moved 1 slot in < 0.01 s (mover classic).",
  ]);
});

test("where nothing moved the steps count", () => {
  expect(renderMoved({ applied: 12, seconds: 1.25, moved: nothingMoved }, look)).toEqual([
    "✓ Done: 12 steps in 1.3 s.",
  ]);
});
