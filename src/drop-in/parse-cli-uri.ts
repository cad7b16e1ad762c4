import { UsageError } from "../errors.ts";

export interface CliUri {
  readonly tls: boolean;
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/**
 * What `-u redis://user:password@host:port/db` says that matters to a cluster: the nodes stand elsewhere. With one word
 * in front of the host that is the password.
 *
 * @throws UsageError without the text, in which there may be a password.
 */
export function parseCliUri(text: string | undefined): CliUri {
  if (text === undefined) return { tls: false, user: undefined, password: undefined };
  const [, scheme = "", userinfo] = /^(redis|rediss|valkey|valkeys):\/\/(?:(.*)@)?/i.exec(text) ?? [];
  if (scheme === "") throw new UsageError("Invalid URI scheme", { code: "bad-uri" });
  const [first = "", ...rest] = (userinfo ?? "").split(":");
  const hasUser = rest.length > 0;
  return {
    tls: /s$/i.test(scheme.replace(/^redis/i, "")),
    user: hasUser ? decoded(first) || undefined : undefined,
    password: decoded(hasUser ? rest.join(":") : first) || undefined,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    // A lone % is no encoding: then it stands for itself.
    if (error instanceof URIError) return text;
    throw error;
  }
}
