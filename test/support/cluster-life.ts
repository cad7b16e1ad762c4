import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import type { TestServer } from "../servers/test-server.ts";
import type { ConnectionSetting } from "./connection-settings.ts";
import { startStandalone } from "./import-grounds.ts";
import { findBrokenKeys, type KeySet, loadKeys } from "./keys.ts";
import { keyIn } from "./live-slots.ts";
import { mustSucceed } from "./move-cluster.ts";
import { runSlotctl, type SlotctlResult } from "./run-slotctl.ts";
import { type RunningNode, startNodes } from "./servers/start-nodes.ts";

const KEYS = 500;
const IMPORTED_KEYS = 50;
const NODES = 5;

/** Five nodes in a setting, and what is done with them from the first to the last day. */
export class ClusterLife implements AsyncDisposable {
  readonly setting: ConnectionSetting;
  /** For what commands write. */
  readonly directory: string;
  readonly #server: TestServer;
  readonly #nodes: readonly RunningNode[];
  readonly #stop: () => Promise<void>;
  readonly #clients: readonly Redis[];

  private constructor(
    setting: ConnectionSetting,
    {
      server,
      nodes,
      stop,
      directory,
    }: {
      server: TestServer;
      nodes: readonly RunningNode[];
      stop: () => Promise<void>;
      directory: string;
    },
  ) {
    this.#server = server;
    this.setting = setting;
    this.directory = directory;
    this.#nodes = nodes;
    this.#stop = stop;
    this.#clients = nodes.map(({ host, port }) => {
      const client = new Redis({ host, port, protocol: 2, ...setting.redis });
      client.on("error", () => undefined);
      return client;
    });
  }

  static async begin(server: TestServer, setting: ConnectionSetting): Promise<ClusterLife> {
    const { nodes, stop } = await startNodes({ server, count: NODES, ...setting.start });
    const directory = await mkdtemp(join(tmpdir(), "slotctl-life-"));
    const life = new ClusterLife(setting, { server, nodes, stop, directory });
    await Promise.all(life.#clients.map((client, index) => setting.prepare(client, index)));
    return life;
  }

  /** The node at a place as a SEED. */
  seed(index = 0): string {
    return this.setting.seedOf(this.#node(index));
  }

  /** The node at a place as a NODE. */
  name(index: number): string {
    return this.setting.nameOf(this.#node(index), index);
  }

  client(index: number): Redis {
    const client = this.#clients[index];
    if (!client) throw new Error(`there is no node ${index}`);
    return client;
  }

  /** Runs slotctl, which must exit 0. */
  async slotctl(...args: readonly string[]): Promise<SlotctlResult> {
    return mustSucceed(await runSlotctl(args, { env: this.setting.env }));
  }

  /** The same in redis-cli's grammar, and with nothing on stderr. */
  async dropIn(...args: readonly string[]): Promise<SlotctlResult> {
    const result = mustSucceed(await runSlotctl(["--cluster", ...args, ...this.setting.dropIn]));
    if (result.stderr === "") return result;
    throw new Error(`slotctl --cluster ${args.join(" ")} wrote to stderr: ${result.stderr}`);
  }

  async loadKeys(): Promise<void> {
    await loadKeys(this.#keys());
  }

  async brokenKeys(): Promise<string[]> {
    return await findBrokenKeys(this.#keys());
  }

  /** Keys on a server beside the cluster that is reached in the same way, moved into it in the form that is asked for. */
  async importKeys(form: "own" | "drop-in"): Promise<void> {
    const { start, redis, seedOf, env } = this.setting;
    const { nodes, stop } = await startStandalone(this.#server, 1, start);
    const [source] = nodes;
    if (!source) throw new Error("there is no source");
    const client = new Redis({ host: source.host, port: source.port, protocol: 2, ...redis });
    try {
      const names = Array.from({ length: IMPORTED_KEYS }, (_, index) => `${form}:${index}`);
      await client.mset(names.flatMap((name) => [name, name]));
      if (form === "own") {
        const access = Object.entries(env).map(([name, value]) => [
          name.replace("SLOTCTL_", "SLOTCTL_FROM_"),
          value,
        ]);
        const command = ["import", this.seed(), "--from", seedOf(source), "--yes", "--verify"];
        mustSucceed(
          await runSlotctl(command, { env: { ...env, ...(Object.fromEntries(access) as typeof env) } }),
        );
      } else await this.dropIn("import", this.seed(), ...this.#fromInDropIn(seedOf(source)));
      if ((await client.dbsize()) !== 0) throw new Error("keys are left at the source");
    } finally {
      client.disconnect();
      await stop();
    }
  }

  #fromInDropIn(source: string): string[] {
    const { username, password, tls } = this.setting.redis;
    const user = username === undefined ? [] : ["--cluster-from-user", username];
    const pass = password === undefined ? [] : ["--cluster-from-pass", password];
    return ["--cluster-from", `${tls ? "rediss://" : ""}${source}`, ...user, ...pass];
  }

  /** Leaves a slot of the first node on its way to the second, with its keys where they were. */
  async leaveOpen(slot: number): Promise<void> {
    const [from, to] = [this.client(0), this.client(1)];
    const [fromId, toId] = await Promise.all([from.call("CLUSTER", "MYID"), to.call("CLUSTER", "MYID")]);
    await from.set(keyIn(slot), "kept");
    await to.call("CLUSTER", "SETSLOT", slot, "IMPORTING", String(fromId));
    await from.call("CLUSTER", "SETSLOT", slot, "MIGRATING", String(toId));
  }

  #keys(): KeySet {
    const { username, password, tls } = this.setting.redis;
    const { host, port } = this.#node(0);
    return { host, port, count: KEYS, username, password, tls };
  }

  #node(index: number): RunningNode {
    const node = this.#nodes[index];
    if (!node) throw new Error(`there is no node ${index}`);
    return node;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await this.#stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}
