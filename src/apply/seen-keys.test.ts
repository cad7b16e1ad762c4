import { expect, test } from "vitest";
import { SeenKeys } from "./seen-keys.ts";

const keyOf = (index: number) => Buffer.from(`key:${index}`);

test("tells keys that it has seen, in this pass or before, from new ones", () => {
  const seen = new SeenKeys();
  const sightings = (pass: number, from: number, to: number) => {
    const all = Array.from({ length: to - from }, (_, index) => seen.sight(keyOf(from + index), pass));
    return [...new Set(all)];
  };
  expect(sightings(1, 0, 100_000)).toEqual(["first"]);
  expect(sightings(1, 0, 100_000)).toEqual(["again"]);
  expect(sightings(2, 50_000, 100_000)).toEqual(["first-in-pass"]);
  expect(sightings(2, 50_000, 100_000)).toEqual(["again"]);
  expect(sightings(2, 100_000, 110_000)).toEqual(["first"]);
});

test("remembers no more than it may", () => {
  const seen = new SeenKeys(2);
  const sighted = [0, 1, 2, 0, 1, 2].map((index) => seen.sight(keyOf(index), 1));
  expect(sighted).toEqual(["first", "first", "first", "again", "again", "first"]);
});
