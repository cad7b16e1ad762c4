import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Distinctive, and with characters that URIs, shells and configuration files give a meaning to. */
export const SECRET = "Zx9@p:w/7%q'Gh";

/** A quoted value for a node's configuration file. */
export const QUOTED_SECRET = JSON.stringify(SECRET);

/** The secret as it stands in a URI. */
export const URI_SECRET = encodeURIComponent(SECRET);

/** A file that is gone when the test has ended. */
export async function aFile(text: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "slotctl-file-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const path = join(dir, "file.txt");
  await writeFile(path, text);
  return path;
}
