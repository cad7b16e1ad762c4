import { X509Certificate } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { UsageError } from "../errors.ts";
import type { TlsAccess } from "../wire/node-access.ts";
import { cannotBeRead, readText } from "./read-text.ts";

/** The flags that say how nodes prove who they are, and we to them. */
export interface TlsFlags {
  readonly tls: boolean;
  readonly cacert: string | undefined;
  readonly cacertdir: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly sni: string | undefined;
  readonly insecure: boolean;
}

/**
 * What TLS is spoken with; undefined for none.
 *
 * @throws UsageError for a file that cannot be read or is not what its flag says, or for TLS flags without TLS.
 */
export async function readTls(
  flags: TlsFlags,
  { isAsked }: { isAsked: boolean },
): Promise<TlsAccess | undefined> {
  if (!isAsked) {
    refuseTlsFlags(flags);
    return undefined;
  }
  const read = async (path: string | undefined, flag: string) =>
    path ? await readText(path, flag) : undefined;
  const ca = (await read(flags.cacert, "--cacert")) ?? (await readDirectory(flags.cacertdir));
  const cert = await read(flags.cert, "--cert");
  const key = await read(flags.key, "--key");
  refuseUnusable({ ca, cert, key }, flags);
  return { ca, cert, key, serverName: flags.sni, insecure: flags.insecure };
}

/** Whoever gives a certificate means TLS: a connection in plain text would be the worst answer. */
function refuseTlsFlags(flags: TlsFlags): void {
  const names = ["cacert", "cacertdir", "cert", "key", "sni", "insecure"] as const;
  const given = names.find((name) => flags[name]);
  if (given === undefined) return;
  throw new UsageError(`--${given} is for TLS, and TLS is not asked for.`, {
    code: "tls-not-asked-for",
    hint: `Add --tls or write the address as rediss://…, or leave --${given} out.`,
  });
}

/** All certificates of a directory, whatever the files are called: OpenSSL would want their hashes for names. */
async function readDirectory(directory: string | undefined): Promise<string | undefined> {
  if (directory === undefined) return undefined;
  const texts = await readFiles(directory);
  const certificates = texts.filter((text) => text.includes("BEGIN CERTIFICATE"));
  if (certificates.length > 0) return certificates.join("\n");
  throw new UsageError(`--cacertdir ${directory} holds no certificate.`, {
    code: "bad-file",
    hint: "It is a directory with the certificates of CAs as PEM files.",
  });
}

async function readFiles(directory: string): Promise<string[]> {
  try {
    const paths = (await readdir(directory)).map((name) => join(directory, name));
    // Links too, which may lead to directories: so Kubernetes mounts them.
    const areFiles = await Promise.all(paths.map(async (path) => (await stat(path)).isFile()));
    const files = paths.filter((_, index) => areFiles[index]);
    return await Promise.all(files.map((path) => readText(path, "--cacertdir")));
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw cannotBeRead(directory, { flag: "--cacertdir", cause });
  }
}

type Texts = Pick<TlsAccess, "ca" | "cert" | "key">;

/** What is wrong with a file is told by its name here; the nodes would only say that there is no agreement. */
function refuseUnusable({ ca, cert, key }: Texts, flags: TlsFlags): void {
  if (ca !== undefined && flags.cacert !== undefined) refuseNoCertificate(ca, `--cacert ${flags.cacert}`);
  if (cert !== undefined) refuseNoCertificate(cert, `--cert ${flags.cert}`);
  if (key !== undefined && /ENCRYPTED/.test(key)) {
    throw new UsageError(`--key ${flags.key} is encrypted.`, {
      code: "bad-file",
      hint: "There is nobody to ask for its passphrase: give a key without one (openssl pkey -in KEY -out PLAIN).",
    });
  }
  if (cert === undefined || key === undefined) return;
  try {
    createSecureContext({ cert, key });
  } catch {
    throw new UsageError(`--key ${flags.key} is not the key of --cert ${flags.cert}.`, {
      code: "bad-file",
      hint: "Both are PEM files, and the key is that which the certificate was made for.",
    });
  }
}

function refuseNoCertificate(text: string, flag: string): void {
  try {
    void new X509Certificate(text);
  } catch {
    throw new UsageError(`${flag} is not a certificate.`, {
      code: "bad-file",
      hint: "It is a PEM file that has -----BEGIN CERTIFICATE----- in it.",
    });
  }
}
