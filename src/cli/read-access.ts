import { readFile } from "node:fs/promises";
import { UsageError } from "../errors.ts";
import { PASSWORD_NOTE } from "../ui/password-note.ts";
import { addressMap } from "../wire/address-map.ts";
import type { NodeAccess, TlsAccess } from "../wire/node-access.ts";
import type { Seed } from "../wire/seed.ts";
import { askPassword } from "./ask-password.ts";
import type { Output } from "./output.ts";
import { parseSeconds } from "./parse-seconds.ts";

/** The connection flags as oclif hands them over. */
export interface AccessFlags {
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly "password-file": string | undefined;
  readonly "ask-password": boolean;
  readonly tls: boolean;
  readonly cacert: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly sni: string | undefined;
  readonly insecure: boolean;
  readonly timeout: string;
  readonly map: readonly string[] | undefined;
}

/** Whom the flags are about: the sources of an import have flags of their own, each with this in front. */
type FlagPrefix = "" | "from-";

interface Reading {
  readonly seeds: readonly Seed[];
  readonly output: Output;
  readonly prefix?: FlagPrefix;
}

/**
 * How the nodes are to be reached, from flags, addresses and environment, in this order: a password of an
 * address, `--password`, `--password-file`, `--ask-password`, SLOTCTL_PASSWORD, REDISCLI_AUTH.
 *
 * @throws UsageError for a file that cannot be read, a value that makes no sense, or TLS flags without TLS.
 */
export async function readAccess(
  flags: AccessFlags,
  { seeds, output, prefix = "" }: Reading,
): Promise<NodeAccess> {
  const password = await readPassword(flags, { seeds, output, prefix });
  output.protect(password);
  return {
    username: seeds.find((seed) => seed.username)?.username ?? flags.user,
    password,
    tls: await readTls(flags, { seeds, prefix }),
    timeoutMs: parseSeconds(flags.timeout, "--timeout"),
    mapAddress: addressMap(flags.map ?? []),
  };
}

async function readPassword(
  flags: AccessFlags,
  { seeds, output, prefix = "" }: Reading,
): Promise<string | undefined> {
  const inAddress = seeds.find((seed) => seed.password)?.password;
  const onCommandLine = inAddress ?? flags.password;
  if (onCommandLine !== undefined) {
    output.protect(onCommandLine);
    output.say([PASSWORD_NOTE]);
    return onCommandLine;
  }
  const file = flags["password-file"];
  if (file !== undefined) return (await readText(file, `--${prefix}password-file`)).split(/\r?\n/, 1)[0];
  if (flags["ask-password"]) return await askPassword();
  // The password of the cluster is not for other servers to see.
  if (prefix === "from-") return process.env["SLOTCTL_FROM_PASSWORD"] || undefined;
  return process.env["SLOTCTL_PASSWORD"] || process.env["REDISCLI_AUTH"] || undefined;
}

async function readTls(
  flags: AccessFlags,
  { seeds, prefix }: { readonly seeds: readonly Seed[]; readonly prefix: FlagPrefix },
): Promise<TlsAccess | undefined> {
  if (!flags.tls && !seeds.some((seed) => seed.tls)) {
    refuseTlsFlags(flags, prefix);
    return undefined;
  }
  const read = async (path: string | undefined, flag: string) =>
    path ? await readText(path, `--${prefix}${flag}`) : undefined;
  return {
    ca: await read(flags.cacert, "cacert"),
    cert: await read(flags.cert, "cert"),
    key: await read(flags.key, "key"),
    serverName: flags.sni,
    insecure: flags.insecure,
  };
}

/** Whoever gives a certificate means TLS: a connection in plain text would be the worst answer. */
function refuseTlsFlags(flags: AccessFlags, prefix: FlagPrefix): void {
  const given = (["cacert", "cert", "key", "sni", "insecure"] as const).find((name) => flags[name]);
  if (given === undefined) return;
  throw new UsageError(`--${prefix}${given} is for TLS, and TLS is not asked for.`, {
    code: "tls-not-asked-for",
    hint: `Add --${prefix}tls or write the address as rediss://…, or leave --${prefix}${given} out.`,
  });
}

async function readText(path: string, flag: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new UsageError(`${flag} ${path} cannot be read.`, { code: "bad-file", cause });
  }
}
