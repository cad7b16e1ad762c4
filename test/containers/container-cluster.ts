import { randomUUID } from "node:crypto";
import {
  GenericContainer,
  getContainerRuntimeClient,
  Network,
  type StartedTestContainer,
  Wait,
} from "testcontainers";
import { parseNodes } from "../../src/cluster/parse-nodes.ts";
import { runSlotctl, type SlotctlOptions, type SlotctlResult } from "../support/run-slotctl.ts";
import { dockerEnv } from "./docker-env.ts";
import type { ServerImage } from "./make-images.ts";

/** A server in a container, with an address that it keeps when it is cut off and comes back. */
export interface ContainerNode {
  readonly name: string;
  readonly ip: string;
  readonly address: string;
  readonly container: StartedTestContainer;
}

export interface ContainerClusterOptions {
  readonly serverImage: ServerImage;
  readonly opsImage: string;
}

export interface ExtraNode {
  readonly name: string;
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Where in the container what is to be found. */
  readonly mounts?: Readonly<Record<string, string>>;
}

const PORT = 6379;
/** From here on, below nobody else: what Docker gives to others is taken from below it. */
const FIRST_HOST = 101;

const SETTINGS = {
  port: PORT,
  "protected-mode": "no",
  "cluster-enabled": "yes",
  "cluster-node-timeout": 2000,
  "repl-diskless-sync-delay": 0,
  save: "",
  dir: "/data",
};

/** Empty nodes in containers on a network of their own, and slotctl in containers beside them. */
export class ContainerCluster implements AsyncDisposable {
  readonly nodes: ContainerNode[] = [];
  readonly network = `slotctl-test-${randomUUID()}`;
  readonly #options: ContainerClusterOptions;
  readonly #beside: ContainerNode[] = [];
  #hosts = "";

  private constructor(options: ContainerClusterOptions) {
    this.#options = options;
  }

  static async start(options: ContainerClusterOptions, count = 6): Promise<ContainerCluster> {
    const cluster = new ContainerCluster(options);
    try {
      await cluster.#makeNetwork();
      const names = Array.from({ length: count }, (_, index) => `redis-${index + 1}`);
      const started = await Promise.allSettled(
        names.map((name, index) => cluster.#startNode({ name }, index)),
      );
      cluster.nodes.push(...started.flatMap((node) => (node.status === "fulfilled" ? [node.value] : [])));
      for (const node of started) if (node.status === "rejected") throw node.reason;
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** One more node beside the cluster, which ends with the others. */
  async startBeside(node: ExtraNode): Promise<void> {
    this.#beside.push(await this.#startNode(node, this.nodes.length + this.#beside.length));
  }

  node(index: number): ContainerNode {
    const node = this.nodes.at(index);
    if (!node) throw new Error(`the cluster has no node ${index}`);
    return node;
  }

  /** The words that slotctl's own come behind to run it in a container on the nodes' network. */
  launcher(...options: readonly string[]): string[] {
    return ["docker", "run", "--rm", "--network", this.network, ...options, this.#options.opsImage];
  }

  /** Runs slotctl in a container of its own. */
  slotctl(args: readonly string[], options: SlotctlOptions = {}): Promise<SlotctlResult> {
    return runSlotctl(args, {
      launcher: this.launcher(),
      ...options,
      env: { ...dockerEnv(), ...options.env },
    });
  }

  async mustSlotctl(...args: readonly string[]): Promise<SlotctlResult> {
    const result = await this.slotctl(args);
    if (result.exitCode === 0) return result;
    throw new Error(
      `slotctl ${args.join(" ")} exited ${result.exitCode}:\n${result.stdout}\n${result.stderr}`,
    );
  }

  /** What a node's own client says, asked in the node's container, which works when it is cut off as well. */
  async ask(node: ContainerNode, ...words: readonly string[]): Promise<string> {
    const { output, exitCode } = await node.container.exec([...this.#options.serverImage.cli, ...words]);
    if (exitCode === 0) return output.trim();
    throw new Error(`${node.name} on ${words.join(" ")}: ${output}`);
  }

  async lineOf(node: ContainerNode): Promise<ReturnType<typeof parseNodes>["self"]> {
    return parseNodes(await this.ask(node, "CLUSTER", "NODES")).self;
  }

  /** Slots that any node has open. */
  async openSlots(): Promise<number[]> {
    const lines = await Promise.all(this.nodes.map((node) => this.lineOf(node)));
    return lines.flatMap((line) => line.openSlots.map(({ slot }) => slot));
  }

  /** Takes a node's network away: whoever talks to it hears nothing any more, not even a refusal. */
  async cutOff(node: ContainerNode): Promise<void> {
    const { network } = await getContainerRuntimeClient();
    await network.getById(this.network).disconnect({ Container: node.container.getId(), Force: true });
  }

  async bringBack(node: ContainerNode): Promise<void> {
    const { network } = await getContainerRuntimeClient();
    const EndpointConfig = { IPAMConfig: { IPv4Address: node.ip }, Aliases: [node.name] };
    await network.getById(this.network).connect({ Container: node.container.getId(), EndpointConfig });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.nodes, ...this.#beside];
    await Promise.all(all.map(({ container }) => container.stop({ timeout: 0 })));
    const { network } = await getContainerRuntimeClient();
    await network.remove(network.getById(this.network));
  }

  /** With a subnet that Docker has just found to be free, for only in one that is named nodes may choose addresses. */
  async #makeNetwork(): Promise<void> {
    const { network } = await getContainerRuntimeClient();
    const found = await new Network().start();
    const { IPAM } = (await network.getById(found.getId()).inspect()) as NetworkAddresses;
    await found.stop();
    const [start = "", bits = ""] = IPAM.Config[0]?.Subnet.split("/") ?? [];
    this.#hosts = start.replace(/\.\d+$/, "");
    await network.create({
      Name: this.network,
      CheckDuplicate: true,
      IPAM: { Driver: "default", Config: [{ Subnet: `${start}/${bits}`, IPRange: `${start}/26` }] },
    });
  }

  async #startNode({ name, settings = {}, mounts = {} }: ExtraNode, index: number): Promise<ContainerNode> {
    const ip = `${this.#hosts}.${FIRST_HOST + index}`;
    const { image, server } = this.#options.serverImage;
    const words = Object.entries({ ...SETTINGS, ...settings }).flatMap(([key, value]) => [
      `--${key}`,
      String(value),
    ]);
    const container = await new NodeContainer(image)
      .withPlace({ network: this.network, name, ip })
      .withBindMounts(Object.entries(mounts).map(([target, source]) => ({ source, target, mode: "ro" })))
      // In memory: a node writes its view down, and waits for the disk, at every change of a slot.
      .withTmpFs({ "/data": "rw" })
      .withEntrypoint([...server])
      .withCommand(words)
      .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
      .start();
    return { name, ip, address: `${ip}:${PORT}`, container };
  }
}

interface NetworkAddresses {
  readonly IPAM: { readonly Config: readonly { readonly Subnet: string }[] };
}

/** Testcontainers has no word for a container's address. */
class NodeContainer extends GenericContainer {
  withPlace({ network, name, ip }: { network: string; name: string; ip: string }): this {
    this.createOpts.NetworkingConfig = {
      EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: ip }, Aliases: [name] } },
    };
    return this.withNetworkMode(network);
  }
}
