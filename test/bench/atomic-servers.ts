import { isAtLeast, type TestServer } from "../servers/test-server.ts";

/** Whether the servers themselves can move slots as a whole. */
export function movesAtomically({ engine, version }: TestServer): boolean {
  return isAtLeast(version, engine === "valkey" ? "9.0.0" : "8.4.0");
}

/** Whether their client has a flag for it; Redis's own has none before 8.10, and then always does it. */
export function hasAtomicCli({ engine, version }: TestServer): boolean {
  return engine === "valkey" && isAtLeast(version, "9.1.0");
}
