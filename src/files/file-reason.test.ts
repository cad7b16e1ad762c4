import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { fileReason } from "./file-reason.ts";

const errorOf = (path: string): Promise<unknown> => readFile(path).catch((error: unknown) => error);

test("what the system says by a code is told in words, without its calls", async () => {
  expect(fileReason(await errorOf("/nonexistent"))).toBe("there is no such file or directory");
  expect(fileReason(await errorOf("/tmp"))).toBe("it is a directory");
  expect(fileReason(await errorOf("/dev/null/x"))).toBe("a part of the path is no directory");
});

test("anything else is told as it is", () => {
  expect(fileReason(new Error("EMFILE: too many open files"))).toBe("EMFILE: too many open files");
  expect(fileReason("odd")).toBe("odd");
});
