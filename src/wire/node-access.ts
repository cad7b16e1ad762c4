import type { Address } from "../cluster/address.ts";
import type { Credentials, NodeCredentials } from "./node-credentials.ts";
import type { NodeRoutes } from "./node-routes.ts";

/** How nodes are reached: the same for all nodes of a cluster, but for what stands in `credentials`. */
export interface NodeAccess extends Credentials {
  /** Users and passwords of single nodes, where they have their own. */
  readonly credentials?: NodeCredentials;
  readonly tls: TlsAccess | undefined;
  /** How long a node may take to connect and answer. */
  readonly timeoutMs: number;
  /** Where to reach a node that announces an address which does not lead there from here. */
  readonly mapAddress: (announced: Address) => Address;
  /** What has been found out of the ways to the nodes in this run. */
  readonly routes?: NodeRoutes;
}

/** The way to nodes that ask for no password and speak without TLS, where they say that they are. */
export function plainAccess(timeoutMs: number): NodeAccess {
  return {
    username: undefined,
    password: undefined,
    tls: undefined,
    timeoutMs,
    mapAddress: (announced) => announced,
  };
}

/** The user and password for one node. */
export function credentialsFor(access: NodeAccess, address: Address): Credentials {
  return access.credentials?.of(address) ?? access;
}

/** PEM texts, not paths. */
export interface TlsAccess {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** Name to ask for (SNI) and to find in the node's certificate. */
  readonly serverName: string | undefined;
  /** Take any certificate. */
  readonly insecure: boolean;
  /** Take a certificate for any name, as redis-cli does; the chain is verified all the same. */
  readonly anyName?: boolean;
  /** Cipher suites to offer, in OpenSSL's notation; by default those of Node. */
  readonly ciphers?: string;
}
