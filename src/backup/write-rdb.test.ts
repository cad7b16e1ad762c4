import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { aDirectory } from "../../test/support/a-directory.ts";
import { fileFailed } from "./file-failed.ts";
import { writeRdb } from "./write-rdb.ts";

const FOOT = Buffer.from([0xff, 1, 2, 3, 4, 5, 6, 7, 8]);

async function* inPieces(data: Buffer, size: number): AsyncGenerator<Buffer, void> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

async function write(data: Buffer, pieceBytes = 7) {
  const path = join(await aDirectory(), "x.rdb");
  let counted = 0;
  const chunks = inPieces(data, pieceBytes);
  const written = await writeRdb(chunks, {
    path,
    node: "10.0.0.1:6379",
    onBytes: (bytes) => (counted += bytes),
  });
  return { path, counted, written };
}

function anRdb(body: Buffer, head = "REDIS0011"): Buffer {
  return Buffer.concat([Buffer.from(head), body, FOOT]);
}

test("a file is what came, byte for byte, with its sum, and only its owner reads it", async () => {
  const body = fc.uint8Array({ maxLength: 100 });
  await fc.assert(
    fc.asyncProperty(body, fc.integer({ min: 1, max: 40 }), async (bytes, pieceBytes) => {
      const data = anRdb(Buffer.from(bytes));
      const { path, counted, written } = await write(data, pieceBytes);
      expect((await readFile(path)).equals(data)).toBe(true);
      const sha256 = createHash("sha256").update(data).digest("hex");
      expect(written).toEqual({ bytes: data.length, sha256, format: "REDIS0011" });
      expect(counted).toBe(data.length);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
    }),
    { numRuns: 30 },
  );
});

test("what is larger than what is held at a time arrives in order", async () => {
  const body = Buffer.alloc(5_000_001, "0123456789abcdefg");
  const data = anRdb(body, "VALKEY080");
  const { path, written } = await write(data, 65_536);
  expect(written).toMatchObject({ bytes: data.length, format: "VALKEY080" });
  expect((await readFile(path)).equals(data)).toBe(true);
});

test.each([
  { what: "another beginning", data: anRdb(Buffer.from("x"), "HTTP/1.1 ") },
  { what: "another end", data: Buffer.from("REDIS0011 and then something else") },
  { what: "nothing", data: Buffer.alloc(0) },
])("$what is no RDB", async ({ data }) => {
  await expect(write(data)).rejects.toMatchObject({ code: "not-an-rdb", node: "10.0.0.1:6379" });
});

test("a folder that is not there is an error of the file", async () => {
  const writing = writeRdb(inPieces(anRdb(Buffer.alloc(5)), 3), {
    path: "/no/such/folder/x.rdb",
    node: "10.0.0.1:6379",
    onBytes: () => undefined,
  });
  await expect(writing).rejects.toMatchObject({ name: "FileFailed", code: "file-failed" });
});

test("a full disk is told as such", () => {
  const error = Object.assign(new Error("ENOSPC: no space left on device, write"), {
    code: "ENOSPC",
    syscall: "write",
  });
  expect(fileFailed(error, "/backups/x.rdb")).toMatchObject({
    code: "disk-full",
    message: "/backups/x.rdb: the disk is full.",
  });
});
