import { cp, glob, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { runProgram } from "../servers/run-program.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

test("what is built needs no library beside it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "slotctl-built-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const file of ["bin", "dist", "package.json", "oclif.manifest.json"]) {
    await cp(join(ROOT, file), join(folder, file), { recursive: true });
  }
  const slotctl = (...args: string[]) =>
    runProgram(process.execPath, [join(folder, "bin/run.js"), ...args], { cwd: folder });
  const help = await slotctl("check", "--help");
  expect(help).toMatchObject({ exitCode: 0, stderr: "" });
  expect(help.stdout).toContain("slotctl check SEED");
  expect(await slotctl("check", "127.0.0.1:1", "--json")).toMatchObject({ exitCode: 4, stderr: "" });
});

test("the licences of the libraries that are in it are told", async () => {
  const notices = await readFile(join(ROOT, "dist/THIRD-PARTY-NOTICES.txt"), "utf8");
  const { dependencies } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies)) {
    const text = await readFile(join(ROOT, "node_modules", name, "package.json"), "utf8");
    const { version, license } = JSON.parse(text) as Record<string, string>;
    expect(notices).toContain(`\n${name} ${version}: ${license}\n`);
  }
});

test("the oldest Node that is supported can read it", async () => {
  // Node 22 knows no `using`: a bundler that is not told so leaves it as it is.
  const unreadable: string[] = [];
  for await (const file of glob("dist/**/*.js", { cwd: ROOT })) {
    const text = await readFile(join(ROOT, file), "utf8");
    if (/^\s*(await )?using \w+ =/m.test(text)) unreadable.push(file);
  }
  expect(unreadable).toEqual([]);
});
