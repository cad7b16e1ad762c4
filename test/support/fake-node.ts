import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { onTestFinished } from "vitest";
import type { Address } from "../../src/cluster/address.ts";
import { readCommands } from "./fake-node-protocol.ts";
import type { TlsFiles } from "./servers/tls-files.ts";

/** A reply as a value: a text, a number, nothing, a list of those; an Error is an error reply. */
export type FakeReply = string | number | null | Error | Misbehaviour | readonly FakeReply[];

/** What a node does instead of answering as it should. */
export class Misbehaviour {
  /** Bytes that it still sends. */
  readonly bytes: string;
  readonly ending: "closes" | "says nothing more";

  constructor(ending: "closes" | "says nothing more", bytes = "") {
    this.ending = ending;
    this.bytes = bytes;
  }
}

export const silence = new Misbehaviour("says nothing more");
export const hangUp = new Misbehaviour("closes");

/** Answers a command, at once or later; commands of one connection are answered one after the other. */
export type Answer = (command: readonly string[]) => FakeReply | Promise<FakeReply>;

export interface FakeNode {
  readonly address: Address;
  /** All commands so far, as texts of one character a byte. */
  readonly commands: readonly (readonly string[])[];
  /** How many connections it has taken so far. */
  connectionCount(): number;
  /** Closes every connection and no longer listens. */
  close(): Promise<void>;
}

export interface FakeNodeOptions {
  readonly tls?: TlsFiles;
  /** Lets nobody in without one; up to this version of TLS. */
  readonly wantsClientCertificate?: "TLSv1.2" | "TLSv1.3";
}

/** A node over TCP or TLS on loopback that does what a test says; it ends with the test. */
export async function aFakeNode(answer: Answer, options: FakeNodeOptions = {}): Promise<FakeNode> {
  const sockets = new Set<Socket>();
  const commands: (readonly string[])[] = [];
  let connectionCount = 0;
  const serve = (socket: Socket): void => {
    connectionCount += 1;
    const conversation = converse(socket, async (command) => {
      commands.push(command);
      return await answer(command);
    });
    // A client may leave in the middle: that ends a conversation like anything else.
    conversation.catch(() => socket.destroy());
  };
  // Like a process that is stopped, a node that says nothing more does not hang up on who hangs up.
  const server = options.tls
    ? createTlsServer(await tlsOptions(options.tls, options), serve)
    : createTcpServer({ allowHalfOpen: true }, serve);
  // Of TLS too: a handshake that fails never becomes a connection, and is to be closed with the node.
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
  });
  server.on("tlsClientError", (_error, socket: Socket) => socket.destroy());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  };
  onTestFinished(close);
  const address = { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
  return { address, commands, connectionCount: () => connectionCount, close };
}

/** A port of loopback where nobody listens. */
export async function aClosedPort(): Promise<Address> {
  const node = await aFakeNode(() => silence);
  await node.close();
  return node.address;
}

async function tlsOptions(files: TlsFiles, { wantsClientCertificate }: FakeNodeOptions): Promise<TlsOptions> {
  const [cert, key, ca] = await Promise.all([
    readFile(files.serverCertFile),
    readFile(files.serverKeyFile),
    readFile(files.caFile),
  ]);
  if (!wantsClientCertificate) return { cert, key, ca };
  return {
    cert,
    key,
    ca,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: wantsClientCertificate,
    maxVersion: wantsClientCertificate,
  };
}

/** Takes part in one connection until it ends, or until the node misbehaves. */
async function converse(socket: Socket, answer: Answer): Promise<void> {
  socket.on("error", () => socket.destroy());
  for await (const command of readCommands(socket)) {
    const reply = await answer(command);
    if (reply instanceof Misbehaviour) {
      socket.write(Buffer.from(reply.bytes, "latin1"));
      if (reply.ending === "closes") socket.end();
      else await once(socket, "close");
      return;
    }
    socket.write(Buffer.from(encode(reply), "latin1"));
  }
  socket.end();
}

function encode(reply: FakeReply): string {
  if (reply === null) return "$-1\r\n";
  if (typeof reply === "number") return `:${reply}\r\n`;
  if (typeof reply === "string") return `$${reply.length}\r\n${reply}\r\n`;
  if (reply instanceof Error) return `-${reply.message}\r\n`;
  if (reply instanceof Misbehaviour) throw new Error("only a whole reply can go wrong");
  return `*${reply.length}\r\n${reply.map(encode).join("")}`;
}
