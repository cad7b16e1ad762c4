import { open } from "node:fs/promises";

/** How file systems say that they do not sync a folder: there, nothing more can be done for it. */
const CANNOT: ReadonlySet<unknown> = new Set(["EINVAL", "ENOTSUP", "EISDIR", "EPERM"]);

interface OpenFolder {
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Names are as durable as what they name only once their folder is on the disk too. */
export async function syncFolder(
  path: string,
  openFolder: (path: string) => Promise<OpenFolder> = (name) => open(name, "r"),
): Promise<void> {
  try {
    const folder = await openFolder(path);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (!(error instanceof Error && "code" in error && CANNOT.has(error.code))) throw error;
  }
}
