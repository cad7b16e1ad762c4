import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { GenericContainer } from "testcontainers";
import type { TestProject } from "vitest/node";
import { unpackedServers } from "../servers/server-cache.ts";
import { mustRun } from "../servers/run-program.ts";
import { type Engine, type TestServer, versionLine } from "../servers/test-server.ts";
import { buildIfStale } from "../support/build-if-stale.ts";
import { representatives } from "../support/live-versions.ts";

/** A server in an image of its own, which has no shell: programs are started with the words given here. */
export interface ServerImage {
  readonly engine: Engine;
  readonly title: string;
  readonly image: string;
  readonly server: readonly string[];
  readonly cli: readonly string[];
}

declare module "vitest" {
  interface ProvidedContext {
    readonly opsImage: string;
    readonly serverImages: readonly ServerImage[];
  }
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const tag = `slotctl-test:${process.pid}`;
const importTimeoutMs = 120_000;

/** Makes all images without a registry, of what is built here and of unpacked Debian packages, and removes them at the end. */
export default async function makeImages(project: TestProject): Promise<() => Promise<void>> {
  // It would fetch an image of its own to remove what tests leave; these remove what they have started.
  process.env["TESTCONTAINERS_RYUK_DISABLED"] = "true";
  const servers = representatives(await unpackedServers());
  if (servers.length < 2)
    throw new Error('There is no unpacked Redis and Valkey: run "npm run servers" first.');
  const images: string[] = [];
  const remove = async () => {
    await mustRun("docker", ["image", "rm", "--force", ...images], { timeoutMs: importTimeoutMs });
  };
  try {
    project.provide("opsImage", await makeOpsImage(images));
    project.provide("serverImages", await Promise.all(servers.map((server) => importServer(server, images))));
  } catch (error) {
    await remove();
    throw error;
  }
  return remove;
}

/** By the project's Dockerfile, but for the stage that needs a base image and packages from the internet. */
async function makeOpsImage(images: string[]): Promise<string> {
  await buildIfStale();
  const folder = await mkdtemp(join(tmpdir(), "slotctl-image-"));
  try {
    await mustRun(process.execPath, [join(root, "build/gather-image-parts.ts"), join(folder, "parts")]);
    const parts = `${tag}-parts`;
    images.push(parts);
    await importFolder(folder, parts);
    await rm(join(folder, "parts"), { recursive: true });
    await copyFile(join(root, "Dockerfile"), join(folder, "Dockerfile"));
    images.push(tag);
    await GenericContainer.fromDockerfile(folder)
      .withBuildkit()
      .withBuildArgs({ PARTS: parts })
      .build(tag, { deleteOnExit: false });
    return tag;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function importServer(server: TestServer, images: string[]): Promise<ServerImage> {
  const image = `${tag}-${server.engine}`;
  images.push(image);
  await importFolder(join(dirname(server.serverPath), ".."), image);
  const [serverWords, cliWords] = await Promise.all([server.serverPath, server.cliPath].map(wordsOf));
  return {
    engine: server.engine,
    title: versionLine(server),
    image,
    server: serverWords ?? [],
    cli: cliWords ?? [],
  };
}

function importFolder(folder: string, image: string): Promise<string> {
  const command = 'tar -C "$1" -c . | docker import - "$2"';
  return mustRun("sh", ["-c", command, "sh", folder, image], { timeoutMs: importTimeoutMs });
}

/** What a launcher starts, with its folder for the root: the loader, where the libraries are, and the program. */
async function wordsOf(launcher: string): Promise<string[]> {
  const [, command] = /^exec (.*) "\$@"$/m.exec(await readFile(launcher, "utf8")) ?? [];
  if (command === undefined) throw new Error(`${basename(launcher)} is not a launcher of unpacked packages`);
  return command.replaceAll('"', "").replaceAll("$home", "").split(" ");
}
