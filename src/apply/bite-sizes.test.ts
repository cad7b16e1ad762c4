import { expect, test } from "vitest";
import { BiteSizes } from "./bite-sizes.ts";

const MEGABYTE = 1024 * 1024;

test("room is asked for as the last values were, and for little again once they are small", () => {
  const sizes = new BiteSizes();
  expect(sizes.next()).toEqual({ enoughBytes: MEGABYTE / 2, bytesMax: MEGABYTE });
  sizes.learn({ largestBytes: 3 * MEGABYTE, tooLargeBytes: undefined });
  expect(sizes.next()).toEqual({ enoughBytes: 3 * MEGABYTE, bytesMax: 6 * MEGABYTE });
  for (let bite = 0; bite < 5; bite++) sizes.learn({ largestBytes: 100, tooLargeBytes: undefined });
  expect(sizes.next()).toEqual({ enoughBytes: MEGABYTE / 2, bytesMax: MEGABYTE });
});

test.each([
  { largestBytes: 0, tooLargeBytes: 200 * MEGABYTE },
  { largestBytes: 200 * MEGABYTE, tooLargeBytes: undefined },
])("room for one large value is not for many small ones: its source answers nobody meanwhile", (found) => {
  const sizes = new BiteSizes();
  sizes.learn(found);
  const { enoughBytes, bytesMax } = sizes.next();
  expect(bytesMax).toBe(225 * MEGABYTE);
  expect(enoughBytes).toBeLessThanOrEqual(6 * MEGABYTE);
});
