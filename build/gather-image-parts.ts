/**
 * Puts the files of the image into a folder: `node build/gather-image-parts.ts FOLDER`, after `npm run build`.
 *
 * They are the Node that runs this script, the libraries that it is linked to, and the package as npm would pack it.
 * Node brings certificates of public authorities and time zones along; names are looked up by libc itself.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const NODE = "/usr/local/bin/node";
const PACKAGE = "/usr/local/lib/slotctl";
const PROGRAM = "/usr/local/bin/slotctl";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("The folder is missing: node build/gather-image-parts.ts FOLDER");

addNode(folder);
addPackage(folder);

function addNode(folder: string): void {
  copy(process.execPath, join(folder, NODE));
  for (const library of librariesOf(process.execPath)) copy(library, join(folder, library));
  const licence = join(dirname(process.execPath), "..", "LICENSE");
  if (existsSync(licence)) copy(licence, join(folder, "/usr/local/share/doc/node/LICENSE"));
}

function addPackage(folder: string): void {
  const { files } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    files: readonly string[];
  };
  for (const name of ["package.json", "LICENSE", ...files])
    copy(join(ROOT, name), join(folder, PACKAGE, name));
  // The script of the package itself looks for Node with env(1), which the image does not have.
  writeFileSync(join(folder, PROGRAM), `#!${NODE}\nimport("${PACKAGE}/bin/run.js");\n`);
  chmodSync(join(folder, PROGRAM), 0o755);
}

/** Under the names that the loader looks for, its own among them. */
function librariesOf(program: string): string[] {
  const lines = execFileSync("ldd", [program], { encoding: "utf8" });
  return [...lines.matchAll(/(\/\S+) \(0x/g)].flatMap(([, path]) => path ?? []);
}

/** What a link leads to, not the link. */
function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, dereference: true });
}
