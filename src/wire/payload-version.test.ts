import { expect, test } from "vitest";
import { crc64, emptyPayloadOf, payloadVersionOf } from "./payload-version.ts";

test("the checksum is the servers' own", () => {
  // The check value in the comment of their crc64.c.
  expect(crc64(Buffer.from("123456789"))).toBe(0xe9c6d914c4b8d9can);
});

test("an empty payload says its version", () => {
  expect(payloadVersionOf(emptyPayloadOf(10))).toBe(10);
  expect(payloadVersionOf(emptyPayloadOf(300))).toBe(300);
});
