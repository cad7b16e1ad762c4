import { once } from "node:events";
import { connect as connectTcp, type OnReadOpts, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type Address, formatAddress } from "../cluster/address.ts";
import { type ConnectionError, notConnected, silent } from "./connection-failure.ts";
import type { NodeAccess } from "./node-access.ts";
import { tlsOptions } from "./tls-options.ts";

/**
 * A bare connection to a node, with TLS where it is asked for.
 *
 * @param onread how to read without TLS; with it the socket tells of its data as any other.
 * @throws ConnectFailed.
 */
export async function openSocket(address: Address, access: NodeAccess, onread?: OnReadOpts): Promise<Socket> {
  const where = formatAddress(address);
  const { timeoutMs, routes } = access;
  const route = routes?.to(address) ?? address;
  const tls = "path" in route ? undefined : access.tls;
  const socket = tls
    ? connectTls({ ...tlsOptions(tls, address.host), ...route })
    : connectTcp(onread ? { ...route, onread } : route);
  const late = silent(where, { timeoutMs, inTlsHandshake: tls !== undefined });
  const timer = setTimeout(() => socket.destroy(late), timeoutMs);
  try {
    await once(socket, tls ? "secureConnect" : "connect");
    routes?.arrived(address, socket.remoteAddress);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error === late ? late : notConnected(where, error as ConnectionError);
  } finally {
    clearTimeout(timer);
  }
}
