import type { RedisOptions } from "ioredis";
import type { Address } from "../cluster/address.ts";
import type { NodeAccess } from "./node-access.ts";
import { tlsOptions } from "./tls-options.ts";

type QuietOptions = RedisOptions & { replyMapping: "legacy" };

/** What ioredis connects with: it does only what it is told, and says nothing by itself. */
export function quietOptions(
  address: Address,
  { tls, routes }: NodeAccess,
  { integersAsText }: { readonly integersAsText?: boolean },
): QuietOptions {
  const route = routes?.to(address) ?? address;
  const options: QuietOptions = { ...QUIET, ...route, stringNumbers: integersAsText ?? false };
  // A Unix socket never speaks TLS. A certificate is for the name that was given, wherever that has led.
  if (tls && !("path" in route)) options.tls = tlsOptions(tls, address.host);
  return options;
}

/** ioredis without what it does by itself: no reconnect, no retry, no INFO before the first command. */
const QUIET: QuietOptions = {
  replyMapping: "legacy",
  lazyConnect: true,
  protocol: 2,
  retryStrategy: null,
  maxRetriesPerRequest: 0,
  enableReadyCheck: false,
  enableOfflineQueue: false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  disableClientInfo: true,
  // Our own deadlines are shorter; this one only ends an attempt that nobody waits for any more.
  connectTimeout: 60_000,
  // A stopped node never answers our FIN: do not keep the process waiting for it.
  disconnectTimeout: 10,
};
