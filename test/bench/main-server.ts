import { type TestServer, versionLine } from "../servers/test-server.ts";

/** The server that most is required of, and that rows run on when nobody names one. */
export const mainServer = "redis 7.0";

export function isMain(server: TestServer): boolean {
  return versionLine(server) === mainServer;
}
