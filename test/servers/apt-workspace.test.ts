import { expect, test } from "vitest";
import { packagesToInstall } from "./apt-workspace.ts";

test("takes what apt would install, not what it would configure", () => {
  const simulation = [
    "The following NEW packages will be installed:",
    "  libc6 redis-server",
    "Inst libc6 (2.36-9 Debian:12/stable [amd64]) []",
    "Inst redis-server (5:7.0.15-1 Debian:12/stable [amd64])",
    "Conf libc6 (2.36-9 Debian:12/stable [amd64])",
  ].join("\n");
  expect(packagesToInstall(simulation)).toEqual(["libc6", "redis-server"]);
});
