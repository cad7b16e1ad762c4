import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustRun } from "../../servers/run-program.ts";
import { endWithProcess } from "./end-with-process.ts";

/** Paths of PEM files. Server and client certificates are of the same CA. */
export interface TlsFiles {
  readonly dir: string;
  readonly caFile: string;
  readonly serverCertFile: string;
  readonly serverKeyFile: string;
  readonly clientCertFile: string;
  readonly clientKeyFile: string;
}

let made: Promise<TlsFiles> | undefined;

/** Certificates for loopback, and for a container that is called redis-tls; made once per process and removed when it ends. */
export function tlsFiles(): Promise<TlsFiles> {
  made ??= makeTlsFiles();
  return made;
}

/** A configuration of our own, because what a machine's openssl.cnf adds differs between versions. */
const opensslConfig = `
[req]
distinguished_name = subject
prompt = no
[subject]
CN = slotctl tests
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:FALSE
# Nodes show the same certificate when they call each other over the cluster bus.
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = IP:127.0.0.1, IP:::1, DNS:localhost, DNS:redis-tls
[client]
basicConstraints = CA:FALSE
extendedKeyUsage = clientAuth
`;

async function makeTlsFiles(): Promise<TlsFiles> {
  const dir = await mkdtemp(join(tmpdir(), "slotctl-tls-"));
  endWithProcess({ dir });
  await writeFile(join(dir, "openssl.cnf"), opensslConfig);
  const openssl = (command: string) => mustRun("openssl", command.split(" "), { cwd: dir });
  const request = (name: string) =>
    `req -config openssl.cnf -nodes -newkey rsa:2048 -keyout ${name}.key -subj /CN=slotctl-${name}`;

  await openssl(`${request("ca")} -x509 -extensions ca -days 2 -out ca.crt`);
  for (const [index, name] of ["server", "client"].entries()) {
    await openssl(`${request(name)} -new -out ${name}.csr`);
    const signing = `-CA ca.crt -CAkey ca.key -set_serial ${index + 1} -days 2`;
    await openssl(
      `x509 -req -in ${name}.csr ${signing} -extfile openssl.cnf -extensions ${name} -out ${name}.crt`,
    );
  }
  return {
    dir,
    caFile: join(dir, "ca.crt"),
    serverCertFile: join(dir, "server.crt"),
    serverKeyFile: join(dir, "server.key"),
    clientCertFile: join(dir, "client.crt"),
    clientKeyFile: join(dir, "client.key"),
  };
}
