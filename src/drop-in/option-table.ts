import type { Flag, Setting } from "./invocation.ts";

/** Options without a value, as redis-cli and valkey-cli call them. */
export const FLAGS: Readonly<Record<string, Flag>> = {
  "--askpass": "ask-password",
  "--no-auth-warning": "no-auth-warning",
  "--tls": "tls",
  "--insecure": "insecure",
  "-4": "ipv4",
  "-6": "ipv6",
  "--cluster-yes": "yes",
  "--cluster-simulate": "simulate",
  "--cluster-replace": "replace",
  "--cluster-copy": "copy",
  "--cluster-slave": "replica",
  "--cluster-replica": "replica",
  "--cluster-use-empty-masters": "use-empty",
  "--cluster-use-empty-primaries": "use-empty",
  "--cluster-search-multiple-owners": "search-owners",
  "--cluster-fix-with-unreachable-masters": "fix-unreachable",
  "--cluster-fix-with-unreachable-primaries": "fix-unreachable",
  "--cluster-only-masters": "only-primaries",
  "--cluster-only-primaries": "only-primaries",
  "--cluster-only-replicas": "only-replicas",
  "--cluster-only-slaves": "only-replicas",
  "--cluster-from-askpass": "from-ask-password",
  "--cluster-use-atomic-slot-migration": "atomic",
};

/** Options whose value is the next word. */
export const SETTINGS: Readonly<Record<string, Setting>> = {
  "-a": "password",
  "--pass": "password",
  "--user": "user",
  "-u": "uri",
  "-t": "connect-timeout",
  "--sni": "sni",
  "--cacert": "cacert",
  "--cacertdir": "cacertdir",
  "--cert": "cert",
  "--key": "key",
  "--tls-ciphers": "ciphers",
  "--tls-ciphersuites": "ciphersuites",
  "--cluster-replicas": "replicas",
  "--cluster-master-id": "primary-id",
  "--cluster-primary-id": "primary-id",
  // What valkey-cli's help says, and valkey-cli itself does not take.
  "--cluster-primaries-id": "primary-id",
  "--cluster-from": "from",
  "--cluster-to": "to",
  "--cluster-slots": "slots",
  "--cluster-timeout": "timeout",
  "--cluster-pipeline": "pipeline",
  "--cluster-threshold": "threshold",
  "--cluster-from-user": "from-user",
  "--cluster-from-pass": "from-password",
};

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** What redis-cli and valkey-cli take beside `--cluster`, and what changes nothing there. */
export const IDLE_FLAGS = words(
  "--raw --no-raw --quoted-input --csv --json --quoted-json --latency --latency-dist --latency-history --mono --slave --replica --stat --scan --pipe --bigkeys --memkeys --keystats --hotkeys --ldb --ldb-sync-mode --mptcp --verbose -c -e -2 -3",
);

/** The same with a value. */
export const IDLE_SETTINGS = words(
  "-h -p -s -r -i -n -d -D --lru-test --pattern --quoted-pattern --count --cursor --top --intrinsic-latency --rdb --functions-rdb --pipe-timeout --memkeys-samples --keystats-samples --hotkeys-count --eval --show-pushes --name --vset-recall --vset-recall-count --vset-recall-ef --vset-recall-ele",
);
