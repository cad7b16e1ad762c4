import { isIP } from "node:net";
import type { RedisOptions } from "ioredis";
import type { TlsAccess } from "./node-access.ts";

/**
 * The chain is always verified. The name is verified against --sni, or against the host when it is a name:
 * nodes announce IP addresses, which certificates of clusters rarely list, and redis-cli checks neither.
 */
export function tlsOptions(tls: TlsAccess, host: string): NonNullable<RedisOptions["tls"]> {
  const serverName = tls.serverName ?? (isIP(host) ? undefined : host);
  return {
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(tls.ciphers === undefined ? {} : { ciphers: tls.ciphers }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(serverName === undefined || tls.anyName ? { checkServerIdentity: () => undefined } : {}),
    rejectUnauthorized: !tls.insecure,
  };
}
