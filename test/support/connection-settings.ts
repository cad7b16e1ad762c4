import type { Redis, RedisOptions } from "ioredis";
import { QUOTED_SECRET, SECRET } from "./access-cluster.ts";
import { overTls } from "./over-tls.ts";
import type { RunningNode, StartNodesOptions } from "./servers/start-nodes.ts";

/** A way in which operators have their nodes: how they are started, reached and called. */
export interface ConnectionSetting {
  readonly name: string;
  readonly start: Omit<StartNodesOptions, "server" | "count">;
  /** How tests reach the nodes themselves. */
  readonly redis: Pick<RedisOptions, "username" | "password" | "tls">;
  /** How slotctl does. */
  readonly env: Readonly<Record<string, string>>;
  /** The same in redis-cli's options. */
  readonly dropIn: readonly string[];
  /** What a node is called as a SEED, and when it is to join. */
  readonly seedOf: (node: RunningNode) => string;
  /** What it is called as a NODE. */
  readonly nameOf: (node: RunningNode, index: number) => string;
  /** What is set while it runs. */
  readonly prepare: (client: Redis, index: number) => Promise<unknown>;
}

const { tls: files } = overTls.start;
const address = (node: RunningNode) => node.address;
const nothing = () => Promise.resolve();

const mutualTlsAndAcl: ConnectionSetting = {
  name: "mutual TLS and an ACL user",
  start: {
    ...overTls.start,
    config: {
      user: `ops on ">${SECRET}" ~* &* +@all`,
      requirepass: JSON.stringify("nobody's"),
      masteruser: "ops",
      masterauth: QUOTED_SECRET,
    },
  },
  redis: {
    ...overTls.redis,
    username: "ops",
    password: SECRET,
  },
  env: {
    ...overTls.env,
    SLOTCTL_USER: "ops",
    SLOTCTL_PASSWORD: SECRET,
    // The other way to say it.
    SLOTCTL_TLS: "true",
  },
  dropIn: [
    "--tls",
    "--cacert",
    files.caFile,
    "--cert",
    files.clientCertFile,
    "--key",
    files.clientKeyFile,
    "--user",
    "ops",
    "-a",
    SECRET,
    "--no-auth-warning",
  ],
  seedOf: address,
  nameOf: address,
  prepare: nothing,
};

const ipv6: ConnectionSetting = {
  name: "IPv6",
  start: { host: "::1" },
  redis: {},
  env: {},
  dropIn: ["-6"],
  seedOf: address,
  nameOf: address,
  prepare: nothing,
};

/** The names that the nodes announce cannot be resolved here: clients may well live in another network. */
const hostNames: ConnectionSetting = {
  name: "host names",
  start: { config: { "cluster-preferred-endpoint-type": "hostname" } },
  redis: {},
  env: {},
  dropIn: ["-4"],
  seedOf: ({ port }) => `localhost:${port}`,
  nameOf: ({ port }, index) => `node-${index}.example:${port}`,
  prepare: (client, index) => client.config("SET", "cluster-announce-hostname", `node-${index}.example`),
};

export const CONNECTION_SETTINGS: readonly ConnectionSetting[] = [mutualTlsAndAcl, ipv6, hostNames];
