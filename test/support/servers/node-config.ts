import { isAtLeast, type TestServer } from "../../servers/test-server.ts";
import type { TlsFiles } from "./tls-files.ts";

export interface NodeConfigInput {
  readonly server: TestServer;
  readonly host: string;
  readonly port: number;
  readonly dir: string;
  readonly tls?: TlsFiles | undefined;
  readonly isDebugAllowed?: boolean | undefined;
  /** Wins over what is set here; values are written as they are, so quote what needs quoting. */
  readonly config?: Readonly<Record<string, string>> | undefined;
}

/** The text of a node's configuration file. */
export function nodeConfig(input: NodeConfigInput): string {
  const settings = { ...baseSettings(input), ...input.config };
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}\n`)
    .join("");
}

function baseSettings(input: NodeConfigInput): Record<string, string> {
  return {
    bind: input.host,
    ...listenSettings(input),
    dir: JSON.stringify(input.dir),
    daemonize: "no",
    "cluster-enabled": "yes",
    "cluster-node-timeout": "2000",
    appendonly: "no",
    save: '""',
    // A primary waits five seconds for more replicas before it feeds the first; tests would all pay that.
    "repl-diskless-sync": "yes",
    "repl-diskless-sync-delay": "0",
    ...debugSettings(input),
  };
}

function listenSettings({ port, tls }: NodeConfigInput): Record<string, string> {
  if (!tls) return { port: String(port) };
  return {
    port: "0",
    "tls-port": String(port),
    "tls-cluster": "yes",
    "tls-replication": "yes",
    "tls-ca-cert-file": tls.caFile,
    "tls-cert-file": tls.serverCertFile,
    "tls-key-file": tls.serverKeyFile,
  };
}

/** DEBUG was always allowed before 7.0, and the setting unknown. */
function debugSettings({ server, isDebugAllowed }: NodeConfigInput): Record<string, string> {
  return isDebugAllowed && isAtLeast(server.version, "7.0.0") ? { "enable-debug-command": "yes" } : {};
}
