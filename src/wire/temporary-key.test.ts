import keySlot from "cluster-key-slot";
import { expect, test } from "vitest";
import { temporaryKeyAlike, temporaryKeyBeside } from "./temporary-key.ts";

const KEYS = ["app:1", "app:{user}:1", "app:{", "app:{}:1", "app:}{", "", "{}", "{a"].map((text) =>
  Buffer.from(text),
);

test.each(KEYS)(
  "a temporary name beside %s is in its slot, and one that is alike begins as it does",
  (key) => {
    const [beside, alike] = [temporaryKeyBeside(key), temporaryKeyAlike(key)];
    expect([keySlot(beside), keySlot(alike)]).toEqual([keySlot(key), keySlot(key)]);
    expect(alike.subarray(0, key.length)).toEqual(key);
    expect(alike.length).toBeGreaterThan(key.length);
  },
);

test("a name that is alike is found at once though the key is long", () => {
  const key = Buffer.alloc(1024 * 1024, "k");
  const startMs = performance.now();
  const alike = temporaryKeyAlike(key);
  expect(performance.now() - startMs).toBeLessThan(2000);
  expect(keySlot(alike)).toBe(keySlot(key));
});
