import { expect, test } from "vitest";
import { aDirectory } from "../../test/support/a-directory.ts";
import { syncFolder } from "./sync-folder.ts";

/** A folder of a file system that fails so. */
function failing(code: string) {
  let closed = 0;
  return {
    closedCount: () => closed,
    open: () =>
      Promise.resolve({
        sync: () => Promise.reject(Object.assign(new Error(code), { code })),
        close: () => {
          closed += 1;
          return Promise.resolve();
        },
      }),
  };
}

test.each(["EINVAL", "ENOTSUP", "EISDIR", "EPERM"])("a file system may say %s", async (code) => {
  const folder = failing(code);
  await expect(syncFolder("/b", folder.open)).resolves.toBeUndefined();
  expect(folder.closedCount()).toBe(1);
});

test.each(["EIO", "ENOSPC"])("%s is a failure", async (code) => {
  const folder = failing(code);
  await expect(syncFolder("/b", folder.open)).rejects.toMatchObject({ code });
  expect(folder.closedCount()).toBe(1);
});

test("a folder that is there is synced, and one that is not is a failure", async () => {
  const directory = await aDirectory();
  await expect(syncFolder(directory)).resolves.toBeUndefined();
  await expect(syncFolder(`${directory}/nothing`)).rejects.toMatchObject({ code: "ENOENT" });
});
