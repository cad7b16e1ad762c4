import { copyFile, mkdtemp, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import type { TestServer } from "../servers/test-server.ts";
import { reservePorts } from "./servers/port-blocks.ts";
import { RunningNode } from "./servers/running-node.ts";
import { eventually } from "./live-wait.ts";

/** A key with all that a backup has to keep of it. */
export interface RestoredKey {
  /** As the server itself dumps it. */
  readonly dump: string;
  /** When it expires, in milliseconds since 1970; -1 for never. */
  readonly expiresAtMs: number;
}

/** Every key of an RDB file, by its name in hex, read by a server that is no cluster and has nothing but that file. */
export async function restoreRdb(file: string, server: TestServer): Promise<Map<string, RestoredKey>> {
  const reserved = await reservePorts(1, "127.0.0.1");
  const port = Number(reserved.ports[0]);
  const dir = await mkdtemp(join(await realpath(tmpdir()), `slotctl-node-${port}-`));
  await copyFile(file, join(dir, "restored.rdb"));
  const node = new RunningNode({
    server,
    host: "127.0.0.1",
    port,
    dir,
    config: { "cluster-enabled": "no", dbfilename: "restored.rdb" },
    readyTimeoutMs: 20_000,
  });
  try {
    await node.start();
    const client = new Redis({ host: "127.0.0.1", port, protocol: 2 });
    try {
      return await keysOf(client);
    } finally {
      client.disconnect();
    }
  } finally {
    await node.remove();
    await reserved.release();
  }
}

/** Every key of a server, by its name in hex. */
export async function keysOf(client: Redis): Promise<Map<string, RestoredKey>> {
  await eventually(
    () => client.ping().catch((error: Error) => error.message),
    (answer) => answer === "PONG",
  );
  const names = (await client.callBuffer("KEYS", "*")) as Buffer[];
  const pipeline = client.pipeline();
  for (const name of names) pipeline.callBuffer("DUMP", name).callBuffer("PTTL", name);
  const nowMs = Date.now();
  const replies = (await pipeline.exec()) ?? [];
  return new Map(
    names.map((name, index) => {
      const [dumped, ttl] = replies.slice(2 * index, 2 * index + 2).map(([, reply]) => reply);
      if (!Buffer.isBuffer(dumped)) throw new Error(`${name.toString("hex")} cannot be dumped`);
      const dump = dumped.toString("hex");
      const ttlMs = Number(ttl);
      return [name.toString("hex"), { dump, expiresAtMs: ttlMs < 0 ? -1 : nowMs + ttlMs }];
    }),
  );
}
