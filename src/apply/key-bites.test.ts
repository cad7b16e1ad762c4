import fc from "fast-check";
import { expect, test } from "vitest";
import { type Bite, KeyBites, type SizedKeys } from "./key-bites.ts";

const times = { quickMs: 4, slowMs: 8, muchTooSlowMs: 50 };

const keySizes = fc.array(fc.oneof(fc.nat(200), fc.nat(300_000_000)), { minLength: 1, maxLength: 300 });
const reports = fc.array(
  fc.record({ tookMs: fc.oneof(fc.nat(2), fc.nat(90)), keyCount: fc.integer({ min: 1, max: 200 }) }),
);

function slotOf(sizes: readonly number[]): SizedKeys {
  return { slot: 1, keys: sizes.map((_, index) => Buffer.from(`key:${index}`)), sizes };
}

function aBite(keyCount: number, bytesEach = 100): Bite {
  return {
    keys: slotOf(Array.from({ length: keyCount }, () => bytesEach)).keys,
    bytes: keyCount * bytesEach,
  };
}

/** How many keys of 100 bytes the next bite would take. */
function sizeOf(bites: KeyBites): number {
  const [first] = bites.cut(slotOf(Array.from({ length: 1000 }, () => 100)));
  return first?.keys.length ?? 0;
}

test("every key is in one bite, in order, and the bytes of a bite are those of its keys", () => {
  fc.assert(
    fc.property(keySizes, reports, (sizes, learnt) => {
      const bites = new KeyBites(times);
      for (const { tookMs, keyCount } of learnt) bites.took(tookMs, aBite(keyCount));
      const slot = slotOf(sizes);
      const cut = [...bites.cut(slot)];
      expect(cut.flatMap(({ keys }) => keys)).toEqual(slot.keys);
      let taken = 0;
      for (const { keys, bytes } of cut) {
        expect(keys.length).toBeGreaterThan(0);
        expect(bytes).toBe(sizes.slice(taken, (taken += keys.length)).reduce((sum, size) => sum + size, 0));
      }
    }),
  );
});

test("whatever was learnt, a bite of several keys stays below 4 MiB and 512 keys", () => {
  fc.assert(
    fc.property(keySizes, reports, (sizes, learnt) => {
      const bites = new KeyBites(times);
      for (const { tookMs, keyCount } of learnt) bites.took(tookMs, aBite(keyCount));
      for (const { keys, bytes } of bites.cut(slotOf(sizes))) {
        expect(keys.length).toBeLessThanOrEqual(512);
        expect(keys.length === 1 || bytes < 4 * 1024 * 1024).toBe(true);
      }
    }),
  );
});

test("a large key among small ones travels by itself", () => {
  const small = Array.from({ length: 10 }, () => 50);
  const cut = [...new KeyBites(times).cut(slotOf([...small, 200_000_000, ...small]))];
  expect(cut.map(({ keys }) => keys.length)).toEqual([10, 1, 10]);
});

test("bites grow while they are quick, and shrink when several in a row are slow", () => {
  const bites = new KeyBites(times);
  const first = sizeOf(bites);
  bites.took(1, aBite(first));
  expect(sizeOf(bites)).toBeGreaterThan(first);
  for (const tookMs of [13, 13]) bites.took(tookMs, aBite(sizeOf(bites)));
  const grown = sizeOf(bites);
  expect(grown).toBeGreaterThan(first);
  bites.took(13, aBite(grown));
  expect(sizeOf(bites)).toBeLessThan(grown);
});

test("one that is quick in between shows that it was the machine", () => {
  const bites = new KeyBites(times);
  const first = sizeOf(bites);
  for (const tookMs of [13, 13, 9, 13, 13]) bites.took(tookMs, aBite(first));
  expect(sizeOf(bites)).toBe(first);
});

test("one that is much too slow halves them at once", () => {
  const bites = new KeyBites(times);
  const first = sizeOf(bites);
  bites.took(60, aBite(first));
  expect(sizeOf(bites)).toBeLessThanOrEqual(first / 2);
});

test("slow bites of few keys shrink what is taken to half of those", () => {
  const bites = new KeyBites(times);
  bites.took(60, aBite(4, 10_000));
  const [first] = bites.cut(slotOf(Array.from({ length: 10 }, () => 10_000)));
  expect(first?.keys.length).toBeLessThanOrEqual(2);
});

test("what is being cut already follows what was learnt meanwhile", () => {
  const bites = new KeyBites(times);
  const cutting = bites.cut(slotOf(Array.from({ length: 1000 }, () => 100)));
  const first = cutting.next().value?.keys.length ?? 0;
  bites.took(60, aBite(first));
  expect(cutting.next().value?.keys.length).toBeLessThan(first);
});
