import { Redis, type RedisOptions } from "ioredis";
import { parseNodes } from "../../src/cluster/parse-nodes.ts";
import type { SlotSet } from "../../src/cluster/slot-set.ts";
import type { TestServer } from "../servers/test-server.ts";
import { runSlotctl, type SlotctlOptions, type SlotctlResult } from "./run-slotctl.ts";
import { type RunningNode, startNodes, type StartNodesOptions } from "./servers/start-nodes.ts";

export interface MoveClusterOptions {
  readonly server: TestServer;
  /** Nodes that share the slots. */
  readonly primaries?: number;
  /** Members without slots, behind those with slots. */
  readonly empties?: number;
  readonly replicas?: number;
  readonly start?: Omit<StartNodesOptions, "server" | "count">;
  /** How tests connect to the nodes themselves, where they want a password or TLS. */
  readonly redis?: Pick<RedisOptions, "username" | "password" | "tls">;
  /** What every slotctl of the test gets. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A cluster of real nodes, formed by slotctl itself. Connections and nodes end with it. */
export class MoveCluster implements AsyncDisposable {
  readonly nodes: readonly RunningNode[];
  readonly #options: MoveClusterOptions;
  readonly #stop: () => Promise<void>;
  readonly #clients = new Map<number, Redis>();

  private constructor(
    options: MoveClusterOptions,
    { nodes, stop }: { nodes: readonly RunningNode[]; stop: () => Promise<void> },
  ) {
    this.#options = options;
    this.nodes = nodes;
    this.#stop = stop;
  }

  static async form(options: MoveClusterOptions): Promise<MoveCluster> {
    const { server, primaries = 3, empties = 0, replicas = 0, start } = options;
    const count = primaries * (1 + replicas) + empties;
    const cluster = new MoveCluster(options, await startNodes({ server, count, ...start }));
    try {
      const addresses = cluster.nodes.map((node) => node.address);
      const first = addresses.slice(0, count - empties);
      const flags = ["--replicas", String(replicas), "--allow-few-primaries", "--yes"];
      mustSucceed(await cluster.slotctl(["create", ...first, ...flags]));
      if (empties > 0) {
        const newcomers = addresses.slice(count - empties);
        mustSucceed(await cluster.slotctl(["add-node", ...newcomers, cluster.seed, "--yes"]));
      }
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  get seed(): string {
    return this.node(0).address;
  }

  get port(): number {
    return this.node(0).port;
  }

  node(index: number): RunningNode {
    const node = this.nodes.at(index);
    if (!node) throw new Error(`the cluster has no node ${index}`);
    return node;
  }

  address(index: number): string {
    return this.node(index).address;
  }

  /** One connection to a node, kept until the cluster ends. */
  client(index: number): Redis {
    const known = this.#clients.get(index);
    if (known) return known;
    const { host, port } = this.node(index);
    const client = new Redis({ host, port, protocol: 2, ...this.#options.redis });
    // A node that is killed in a test is no surprise; a command that needed it fails anyway.
    client.on("error", () => undefined);
    this.#clients.set(index, client);
    return client;
  }

  slotctl(args: readonly string[], options: SlotctlOptions = {}): Promise<SlotctlResult> {
    return runSlotctl(args, { ...options, env: { ...this.#options.env, ...options.env } });
  }

  /** What a node says of itself: its id, its slots, what is open. */
  async lineOf(index: number): Promise<ReturnType<typeof parseNodes>["self"]> {
    return parseNodes(String(await this.client(index).call("CLUSTER", "NODES"))).self;
  }

  async slotsOf(index: number): Promise<SlotSet> {
    return (await this.lineOf(index)).slots;
  }

  async slotCounts(): Promise<number[]> {
    return await Promise.all(this.nodes.map(async (_, index) => (await this.slotsOf(index)).size));
  }

  /** Slots that any node has open. */
  async openSlots(): Promise<number[]> {
    const lines = await Promise.all(this.nodes.map((_, index) => this.lineOf(index)));
    return lines.flatMap((line) => line.openSlots.map(({ slot }) => slot));
  }

  /** Codes of all problems of severity error that `check --deep` finds. */
  async errorsFound(): Promise<string[]> {
    const { problems } = (await this.slotctl(["check", this.seed, "--deep", "--json"])).json().data as {
      problems?: readonly { severity: string; code: string }[];
    };
    if (!problems) throw new Error("check has no problems in its document");
    return problems.filter(({ severity }) => severity === "error").map(({ code }) => code);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients.values()) client.disconnect();
    await this.#stop();
  }
}

/** The result of a run that is only there to prepare a test. */
export function mustSucceed(result: SlotctlResult): SlotctlResult {
  if (result.exitCode === 0) return result;
  throw new Error(`slotctl ended with exit code ${result.exitCode}\n${result.stdout}\n${result.stderr}`);
}
