import { readFileSync } from "node:fs";
import { tlsFiles } from "./servers/tls-files.ts";

const files = await tlsFiles();
const [ca, cert, key] = [files.caFile, files.clientCertFile, files.clientKeyFile].map((path) =>
  readFileSync(path, "utf8"),
) as [string, string, string];

/** What nodes, the clients of tests and slotctl are told, so that they speak TLS and show certificates. */
export const overTls = {
  start: { tls: files },
  redis: { tls: { ca, cert, key } },
  env: {
    SLOTCTL_TLS: "1",
    SLOTCTL_CACERT: files.caFile,
    SLOTCTL_CERT: files.clientCertFile,
    SLOTCTL_KEY: files.clientKeyFile,
  },
} as const;
