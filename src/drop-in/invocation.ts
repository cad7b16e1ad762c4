import type { SubcommandName } from "./subcommand-names.ts";

/** Options that are there or not. */
export type Flag =
  | "ask-password"
  | "atomic"
  | "copy"
  | "fix-unreachable"
  | "from-ask-password"
  | "insecure"
  | "ipv4"
  | "ipv6"
  | "no-auth-warning"
  | "only-primaries"
  | "only-replicas"
  | "replace"
  | "replica"
  | "search-owners"
  | "simulate"
  | "tls"
  | "use-empty"
  | "yes";

/** Options with a value. */
export type Setting =
  | "cacert"
  | "cacertdir"
  | "cert"
  | "ciphers"
  | "ciphersuites"
  | "connect-timeout"
  | "from"
  | "from-password"
  | "from-user"
  | "key"
  | "password"
  | "pipeline"
  | "primary-id"
  | "replicas"
  | "slots"
  | "sni"
  | "threshold"
  | "timeout"
  | "to"
  | "uri"
  | "user";

/** What a command line in redis-cli's grammar asks for. */
export interface Invocation {
  readonly subcommand: SubcommandName;
  /** What stands behind the subcommand, and is no option. */
  readonly args: readonly string[];
  readonly flags: ReadonlySet<Flag>;
  readonly settings: ReadonlyMap<Setting, string>;
  /** `NODE=WEIGHT` each. */
  readonly weights: readonly string[];
  /** What comes from stdin: one more argument, or the argument that is this tag. */
  readonly stdin: { readonly tag: string | undefined } | undefined;
}
