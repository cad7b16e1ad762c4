import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { exists, programPaths } from "./server-cache.ts";
import type { Engine } from "./test-server.ts";

/**
 * Makes `bin/<program>` for each program of an engine: a script that starts the program on the folder's own libc.
 *
 * The script replaces itself with the loader, so its pid is the server's. The loader is called through a
 * link of the program's name, because that name is what ps and pgrep show; paths are relative to the
 * script, so that the folder can be tried before it is renamed to its place.
 */
export async function writeLaunchers(folder: string, engine: Engine): Promise<void> {
  const libraryFolders = await findLibraryFolders(folder);
  const loader = await findLoader(libraryFolders);
  await mkdir(join(folder, "bin"), { recursive: true });
  await mkdir(join(folder, "loader"), { recursive: true });
  for (const launcher of Object.values(programPaths(folder, engine))) {
    const program = relative(join(folder, "bin"), launcher);
    await symlink(relative(join(folder, "loader"), loader), join(folder, "loader", program));
    const libraryPath = libraryFolders.map((path) => `$home/${relative(folder, path)}`).join(":");
    await writeFile(launcher, launcherScript(program, libraryPath), { mode: 0o755 });
  }
}

function launcherScript(program: string, libraryPath: string): string {
  return `#!/bin/sh
home="\${0%/*}/.."
exec "$home/loader/${program}" --library-path "${libraryPath}" "$home/usr/bin/${program}" "$@"
`;
}

/** Older suites keep libraries in lib and usr/lib, newer ones in usr/lib only; the last part names the architecture. */
async function findLibraryFolders(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const parent of [join(folder, "lib"), join(folder, "usr", "lib")]) {
    if (!(await exists(parent))) continue;
    const names = await readdir(parent);
    found.push(...names.filter((name) => name.endsWith("-linux-gnu")).map((name) => join(parent, name)));
  }
  return found;
}

async function findLoader(libraryFolders: readonly string[]): Promise<string> {
  for (const folder of libraryFolders) {
    const name = (await readdir(folder)).find((file) => /^ld-linux.*\.so\.\d+$/.test(file));
    if (name) return join(folder, name);
  }
  throw new Error(`no ld-linux in ${libraryFolders.join(", ") || "any library folder"}`);
}
