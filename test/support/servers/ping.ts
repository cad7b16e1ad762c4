import { readFile } from "node:fs/promises";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { TlsFiles } from "./tls-files.ts";

export interface PingTarget {
  readonly host: string;
  readonly port: number;
  readonly tls?: TlsFiles | undefined;
}

export type PingAnswer = { readonly isReady: true } | { readonly isReady: false; readonly reason: string };

/** Asks once whether a server takes commands. One that wants a password first does. */
export async function ping(target: PingTarget, timeoutMs: number): Promise<PingAnswer> {
  const socket = await open(target);
  const { promise, resolve } = Promise.withResolvers<PingAnswer>();
  const notReady = (reason: string) => resolve({ isReady: false, reason });
  socket.setTimeout(timeoutMs, () => notReady(`no answer within ${timeoutMs} ms`));
  socket.on("error", (error) => notReady(error.message));
  socket.on("close", () => notReady("connection closed"));
  socket.on("data", (data) => {
    const answer = data.toString("latin1").trim();
    if (/^(\+PONG|-NOAUTH|-NOPERM)/.test(answer)) resolve({ isReady: true });
    else notReady(answer);
  });
  socket.write("PING\r\n");
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}

async function open({ host, port, tls }: PingTarget): Promise<Socket> {
  if (!tls) return connectTcp({ host, port });
  const [ca, cert, key] = await Promise.all(
    [tls.caFile, tls.clientCertFile, tls.clientKeyFile].map((path) => readFile(path)),
  );
  return connectTls({ host, port, ca, cert, key });
}
