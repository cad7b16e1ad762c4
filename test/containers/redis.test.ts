import { copyFile, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runProgram } from "../servers/run-program.ts";
import { runAtTerminal } from "../support/access-terminal.ts";
import { tlsFiles } from "../support/servers/tls-files.ts";
import { ContainerCluster } from "./container-cluster.ts";
import { dockerEnv } from "./docker-env.ts";
import { commandsOfDocs } from "./docs.ts";
import { imagesOf } from "./images.ts";
import { testLife } from "./test-life.ts";

const images = imagesOf("redis");
const PASSWORD = "read from a file";

const TLS_SETTINGS = {
  port: 0,
  "tls-port": 6379,
  "tls-auth-clients": "no",
  "tls-ca-cert-file": "/tls/ca.crt",
  "tls-cert-file": "/tls/server.crt",
  "tls-key-file": "/tls/server.key",
  requirepass: PASSWORD,
};

describe(`slotctl in containers beside six of ${images.serverImage.title}`, () => {
  let cluster: ContainerCluster;
  let folder: string;
  const volume = () => `${cluster.network}-backups`;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "slotctl-containers-"));
    const tls = await tlsFiles();
    await copyFile(tls.caFile, join(folder, "ca.crt"));
    await writeFile(join(folder, "password"), `${PASSWORD}\n`);
    cluster = await ContainerCluster.start(images);
    await cluster.startBeside({
      name: "redis-tls",
      mounts: { "/tls": tls.dir },
      settings: TLS_SETTINGS,
    });
  });
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
    await runProgram("docker", ["volume", "rm", "--force", volume()]);
    await rm(folder, { recursive: true });
  });

  test("the commands of docs/containers.md work, one after the other, create first", async () => {
    const lines = await commandsOfDocs();
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) {
      const result = await runLine(line);
      expect({ line, ...result }).toMatchObject({ line, exitCode: 0 });
      expect(result.stdout + result.stderr).not.toContain(PASSWORD);
    }
    const files = await readdir(join(folder, "monday"));
    expect(files).toContain("manifest.json");
    expect((await stat(join(folder, "monday", "manifest.json"))).uid).toBe(process.getuid?.());
  });

  test("a question is asked and answered at the container's terminal, in UTF-8", async () => {
    const result = await runAtTerminal(["set-timeout", "redis-1:6379", "2500"], {
      launcher: cluster.launcher("--interactive", "--tty"),
      env: dockerEnv(),
      typing: [{ when: /\? /, type: "y\r" }],
    });
    expect(result).toMatchObject({ exitCode: 0, screen: expect.stringContaining("✓") });
  });

  test("a backup to where nothing is mounted is refused, and nothing is said to be saved", async () => {
    const result = await cluster.slotctl(["backup", "redis-1:6379", "/data/monday", "--json"]);
    expect(result.exitCode).toBe(2);
    expect(result.json().error?.message).toMatch(/\/data.*permission denied/);
  });

  testLife(() => cluster);

  function runLine(line: string) {
    const command = line
      .replace(/ slotctl /, ` ${images.opsImage} `)
      .replace("--network redis", `--network ${cluster.network}`)
      .replace("--name rebalance", `--name ${cluster.network}-rebalance`)
      .replace("backups:", `${volume()}:`);
    // Where the reader has a terminal, the test gives it one.
    const [program, ...args] = line.includes(" -it ")
      ? ["script", "-qefc", command, "/dev/null"]
      : ["sh", "-c", command];
    const env = { ...process.env, SLOTCTL_PASSWORD: PASSWORD };
    return runProgram(program ?? "", args, { cwd: folder, env });
  }
});
