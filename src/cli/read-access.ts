import { readFile } from "node:fs/promises";
import { UsageError } from "../errors.ts";
import { wrapText } from "../ui/fit-text.ts";
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

/**
 * How the nodes are to be reached, from flags, addresses and environment, in this order: a password of an
 * address, `--password`, `--password-file`, `--ask-password`, SLOTCTL_PASSWORD, REDISCLI_AUTH.
 *
 * @throws UsageError for a file that cannot be read, a value that makes no sense, or TLS flags without TLS.
 */
export async function readAccess(
  flags: AccessFlags,
  { seeds, output }: { seeds: readonly Seed[]; output: Output },
): Promise<NodeAccess> {
  const password = await readPassword(flags, { seeds, output });
  output.protect(password);
  return {
    username: seeds.find((seed) => seed.username)?.username ?? flags.user,
    password,
    tls: await readTls(flags, seeds),
    timeoutMs: parseSeconds(flags.timeout, "--timeout"),
    mapAddress: addressMap(flags.map ?? []),
  };
}

async function readPassword(
  flags: AccessFlags,
  { seeds, output }: { seeds: readonly Seed[]; output: Output },
): Promise<string | undefined> {
  const inAddress = seeds.find((seed) => seed.password)?.password;
  const onCommandLine = inAddress ?? flags.password;
  if (onCommandLine !== undefined) {
    output.protect(onCommandLine);
    output.say(wrapText(PASSWORD_NOTE, output.stderr.columns));
    return onCommandLine;
  }
  const file = flags["password-file"];
  if (file !== undefined) return (await readText(file, "--password-file")).split(/\r?\n/, 1)[0];
  if (flags["ask-password"]) return await askPassword();
  return process.env["SLOTCTL_PASSWORD"] || process.env["REDISCLI_AUTH"] || undefined;
}

async function readTls(flags: AccessFlags, seeds: readonly Seed[]): Promise<TlsAccess | undefined> {
  if (!flags.tls && !seeds.some((seed) => seed.tls)) {
    refuseTlsFlags(flags);
    return undefined;
  }
  const read = async (path: string | undefined, flag: string) =>
    path ? await readText(path, flag) : undefined;
  return {
    ca: await read(flags.cacert, "--cacert"),
    cert: await read(flags.cert, "--cert"),
    key: await read(flags.key, "--key"),
    serverName: flags.sni,
    insecure: flags.insecure,
  };
}

/** Whoever gives a certificate means TLS: a connection in plain text would be the worst answer. */
function refuseTlsFlags(flags: AccessFlags): void {
  const given = (["cacert", "cert", "key", "sni", "insecure"] as const).find((name) => flags[name]);
  if (given === undefined) return;
  throw new UsageError(`--${given} is for TLS, and TLS is not asked for.`, {
    code: "tls-not-asked-for",
    hint: `Add --tls or write the address as rediss://…, or leave --${given} out.`,
  });
}

async function readText(path: string, flag: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new UsageError(`${flag} ${path} cannot be read.`, { code: "bad-file", cause });
  }
}
