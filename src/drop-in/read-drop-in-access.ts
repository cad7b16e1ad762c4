import type { Output } from "../cli/output.ts";
import { askPassword } from "../cli/ask-password.ts";
import { readAccess } from "../cli/read-access.ts";
import { UsageError } from "../errors.ts";
import type { NodeAccess, TlsAccess } from "../wire/node-access.ts";
import type { Answers } from "./answers.ts";
import type { Invocation } from "./invocation.ts";
import { parseCliUri } from "./parse-cli-uri.ts";

interface Reading {
  readonly output: Output;
  readonly answers: Answers;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const PASSWORD_WARNING =
  "Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.";

/**
 * How the nodes are reached, in redis-cli's options: `--askpass` before `-a` and `-u`, and the environment last. As with
 * redis-cli, TLS options say nothing where TLS is not asked for, and a certificate may be for any name.
 */
export async function readDropInAccess(invocation: Invocation, reading: Reading): Promise<NodeAccess> {
  const { flags, settings } = invocation;
  const uri = parseCliUri(settings.get("uri"));
  const isTls = flags.has("tls") || uri.tls;
  const file = (name: "cacert" | "cacertdir" | "cert" | "key") => (isTls ? settings.get(name) : undefined);
  const access = await readAccess(
    {
      user: settings.get("user") ?? uri.user,
      password: undefined,
      "password-file": undefined,
      "ask-password": false,
      tls: isTls,
      "credentials-file": undefined,
      cacert: file("cacert"),
      cacertdir: file("cacertdir"),
      cert: file("cert"),
      key: file("key"),
      sni: isTls ? settings.get("sni") : undefined,
      insecure: isTls && flags.has("insecure"),
      timeout: connectSeconds(settings.get("connect-timeout")),
      map: undefined,
    },
    { seeds: [], output: reading.output },
  );
  const typed = settings.get("password") ?? uri.password;
  const password = await choosePassword(invocation, { ...reading, typed, known: access.password });
  reading.output.protect(password);
  return { ...access, password, tls: completeTls(access.tls, invocation) };
}

async function choosePassword(
  { flags }: Invocation,
  { output, answers, env, typed, known }: Reading & Record<"typed" | "known", string | undefined>,
): Promise<string | undefined> {
  output.protect(typed);
  if (typed !== undefined && !flags.has("no-auth-warning")) output.say([PASSWORD_WARNING]);
  if (flags.has("ask-password")) return await readPassword(answers);
  return typed ?? known ?? env["VALKEYCLI_AUTH"];
}

/** Unlike our own commands redis-cli takes it from a pipe as well. */
export async function readPassword(answers: Answers): Promise<string> {
  if (process.stdin.isTTY && process.stderr.isTTY) return await askPassword();
  const line = await answers.next();
  if (line !== undefined) return line.replace(/\r$/, "");
  throw new UsageError("No password was given.", { code: "answered-no" });
}

/** 0 is what redis-cli has by default, and stands for no limit; there always is one here. */
function connectSeconds(text: string | undefined): string {
  const seconds = Number(text ?? "0");
  if (text?.trim() === "" || !(seconds >= 0)) {
    throw new UsageError("Invalid connection timeout for -t.", { code: "bad-timeout" });
  }
  return seconds === 0 ? "5" : String(seconds);
}

function completeTls(tls: TlsAccess | undefined, { settings }: Invocation): TlsAccess | undefined {
  if (!tls) return undefined;
  const ciphers = [settings.get("ciphersuites"), settings.get("ciphers")].filter(
    (list) => list !== undefined,
  );
  return {
    ...tls,
    anyName: true,
    ...(ciphers.length > 0 ? { ciphers: ciphers.join(":") } : {}),
  };
}
