import { UsageError } from "../errors.ts";
import { wrapText } from "../ui/fit-text.ts";
import { PASSWORD_NOTE } from "../ui/password-note.ts";
import { addressMap } from "../wire/address-map.ts";
import type { NodeAccess, TlsAccess } from "../wire/node-access.ts";
import type { Seed } from "../wire/seed.ts";
import { askPassword } from "./ask-password.ts";
import type { Output } from "./output.ts";
import { parseSeconds } from "./parse-seconds.ts";
import { readCredentials } from "./read-credentials.ts";
import { readText } from "./read-text.ts";
import { readTls, type TlsFlags } from "./read-tls.ts";

/** The connection flags as oclif hands them over. */
export interface AccessFlags extends TlsFlags {
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly "password-file": string | undefined;
  readonly "ask-password": boolean;
  readonly "credentials-file": string | undefined;
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
 * A node with an entry in `--credentials-file` takes none of these.
 *
 * @throws UsageError for a file that cannot be read, a value that makes no sense, or TLS flags without TLS.
 */
export async function readAccess(
  flags: AccessFlags,
  { seeds, output, prefix = "" }: Reading,
): Promise<NodeAccess> {
  const password = await readPassword(flags, { seeds, output, prefix });
  output.protect(password);
  const mapAddress = addressMap(flags.map ?? []);
  const file = flags["credentials-file"];
  return {
    username: seeds.find((seed) => seed.username)?.username ?? flags.user,
    password,
    ...(file === undefined ? {} : { credentials: await readCredentials(file, { output, mapAddress }) }),
    tls: await readPrefixedTls(flags, { isAsked: flags.tls || seeds.some((seed) => seed.tls), prefix }),
    timeoutMs: parseSeconds(flags.timeout, "--timeout"),
    mapAddress,
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
    output.say(wrapText(PASSWORD_NOTE, output.stderr.columns));
    return onCommandLine;
  }
  const file = flags["password-file"];
  if (file !== undefined) return (await readText(file, `--${prefix}password-file`)).split(/\r?\n/, 1)[0];
  if (flags["ask-password"]) return await askPassword();
  // The password of the cluster is not for other servers to see.
  if (prefix === "from-") return process.env["SLOTCTL_FROM_PASSWORD"] || undefined;
  return process.env["SLOTCTL_PASSWORD"] || process.env["REDISCLI_AUTH"] || undefined;
}

/** As `readTls`, with the names of the flags as they were typed. */
async function readPrefixedTls(
  flags: AccessFlags,
  { isAsked, prefix }: { readonly isAsked: boolean; readonly prefix: FlagPrefix },
): Promise<TlsAccess | undefined> {
  try {
    return await readTls(flags, { isAsked });
  } catch (error) {
    if (prefix === "" || !(error instanceof UsageError)) throw error;
    const named = (text: string) =>
      text.replaceAll(/--(?=(?:tls|cacert|cert|key|sni|insecure)\b)/g, `--${prefix}`);
    const { message, code, hint = "", cause } = error;
    throw new UsageError(named(message), { code, hint: named(hint), cause });
  }
}
