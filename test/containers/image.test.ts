import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GenericContainer } from "testcontainers";
import { describe, expect, inject, test } from "vitest";
import { mustRun } from "../servers/run-program.ts";
import { runSlotctl } from "../support/run-slotctl.ts";
import { blocksOfDocs } from "./docs.ts";
import { dockerEnv } from "./docker-env.ts";

const opsImage = inject("opsImage");
const [serverImage] = inject("serverImages");

describe("the image", () => {
  test("is small, and not for root", async () => {
    const [image] = JSON.parse(await mustRun("docker", ["image", "inspect", opsImage])) as {
      Size: number;
      Config: { User: string };
    }[];
    expect(image?.Size).toBeLessThan(150_000_000);
    expect(image?.Config.User).toBe("10001:10001");
  });

  test("has no program besides Node and slotctl", async () => {
    const name = `slotctl-test-listed-${process.pid}`;
    const command = `docker create --name ${name} ${opsImage} && docker export ${name} | tar -tv; docker rm ${name}`;
    const listed = (await mustRun("sh", ["-c", command])).split("\n");
    // What is empty are the places that Docker mounts something over.
    const files = listed.flatMap((line) => /^-..x\S* +\S+ +[1-9]\d* .* (\S+)$/.exec(line)?.[1] ?? []);
    expect(files.filter((path) => !/\.so(\.\d+)*$/.test(path)).sort()).toEqual([
      "usr/local/bin/node",
      "usr/local/bin/slotctl",
      "usr/local/lib/slotctl/bin/run.js",
    ]);
  });

  test("gives its slotctl to an image that is there already", async () => {
    const block = (await blocksOfDocs()).find((text) => text.startsWith("FROM")) ?? "";
    const dockerfile = block
      .replace("debian:13-slim", serverImage?.image ?? "")
      .replace("--from=slotctl", `--from=${opsImage}`);
    const folder = await mkdtemp(join(tmpdir(), "slotctl-derived-"));
    const image = `${opsImage}-derived`;
    await writeFile(join(folder, "Dockerfile"), dockerfile);
    await GenericContainer.fromDockerfile(folder).withBuildkit().build(image, { deleteOnExit: false });
    await rm(folder, { recursive: true });
    const said = await mustRun("docker", ["run", "--rm", image, "slotctl", "--version"]);
    await mustRun("docker", ["image", "rm", image]);
    expect(said).toMatch(/^slotctl\/\d/);
  });

  test.each([
    { what: "a wrong flag", args: ["check", "localhost:6379", "--nonsense"], exits: 2, error: "usage" },
    { what: "nobody there", args: ["check", "localhost:6379"], exits: 4, error: "node-unreachable" },
  ])("says $what by its exit code, and in one document on stdout", async ({ args, exits, error }) => {
    const launcher = ["docker", "run", "--rm", opsImage];
    const result = await runSlotctl([...args, "--json"], { launcher, env: dockerEnv() });
    expect(result.exitCode).toBe(exits);
    expect(result.json()).toMatchObject({ ok: false, error: { code: error } });
  });
});
