import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { TestServer } from "../servers/test-server.ts";
import { ask, askAll, idOf } from "./live-node.ts";
import { keyIn } from "./live-slots.ts";
import { mustSucceed } from "./move-cluster.ts";
import { startStandalone } from "./import-grounds.ts";
import { runSlotctl, type SlotctlResult } from "./run-slotctl.ts";
import { type RunningNode, startNodes } from "./servers/start-nodes.ts";

const DOCUMENT = fileURLToPath(new URL("../../docs/security.md", import.meta.url));
const PASSWORD = "the least";

/** The rules of each user that docs/security.md makes, by the name behind `slotctl-`. */
export async function rightsInDocument(): Promise<Map<string, string[]>> {
  const text = await readFile(DOCUMENT, "utf8");
  const lines = [...text.matchAll(/^ACL SETUSER slotctl-(\S+) on >PASSWORD (.*)$/gm)];
  return new Map(lines.map(([, name = "", rules = ""]) => [name, rules.split(" ")]));
}

/** Six nodes on which each command is run by a user of its own, from the first to the last day of a cluster. */
export class LeastRights implements AsyncDisposable {
  readonly nodes: readonly RunningNode[];
  /** A server beside the cluster. */
  readonly source: RunningNode;
  readonly #stop: () => Promise<void>;
  readonly #rights: ReadonlyMap<string, readonly string[]>;
  #users = 0;

  private constructor({
    nodes,
    source,
    stop,
    rights,
  }: {
    nodes: readonly RunningNode[];
    source: RunningNode;
    stop: () => Promise<void>;
    rights: ReadonlyMap<string, readonly string[]>;
  }) {
    this.nodes = nodes;
    this.source = source;
    this.#stop = stop;
    this.#rights = rights;
  }

  static async start(server: TestServer): Promise<LeastRights> {
    const rights = await rightsInDocument();
    const { nodes, stop } = await startNodes({ server, count: 6 });
    const sources = await startStandalone(server, 1);
    const [source] = sources.nodes;
    if (!source) throw new Error("there is no source");
    const stopAll = async () => {
      await Promise.all([stop(), sources.stop()]);
    };
    return new LeastRights({ nodes, source, stop: stopAll, rights });
  }

  node(index: number): RunningNode {
    const node = this.nodes[index];
    if (!node) throw new Error(`there is no node ${index}`);
    return node;
  }

  address(index: number): string {
    return this.node(index).address;
  }

  rulesOf(name: string): readonly string[] {
    const rules = this.#rights.get(name);
    if (!rules) throw new Error(`docs/security.md makes no user slotctl-${name}`);
    return rules;
  }

  /** Runs slotctl as a user who has the rules of the line but one, at the cluster or at the source beside it. */
  async run(
    args: readonly string[],
    {
      line,
      without,
      at = "cluster",
    }: { readonly line: string; readonly without?: string; readonly at?: "cluster" | "source" | undefined },
  ): Promise<SlotctlResult & { readonly user: string }> {
    const rules = this.rulesOf(line).filter((rule) => rule !== without);
    const user = `slotctl-${line}-${this.#users++}`;
    await Promise.all(
      (at === "source" ? [this.source] : this.nodes).map((node) =>
        ask(node, "ACL", "SETUSER", user, "reset", "on", `>${PASSWORD}`, ...rules),
      ),
    );
    const env =
      at === "source"
        ? { SLOTCTL_FROM_USER: user, SLOTCTL_FROM_PASSWORD: PASSWORD }
        : { SLOTCTL_USER: user, SLOTCTL_PASSWORD: PASSWORD };
    const result = await runSlotctl(args, { env });
    return { ...result, user };
  }

  async fill(first: number, last: number): Promise<void> {
    const slots = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    await askAll(
      this.node(0),
      slots.map((slot) => ["SET", keyIn(slot), "kept"]),
    );
  }

  /** Keys at the source of which the cluster has one with the same value, one with another, and one not at all. */
  async fillSource(): Promise<void> {
    const write = (...commands: (string | number)[][]) => askAll(this.source, commands);
    await write(["SET", "same", "kept", "PX", 3_600_000], ["SET", "other", "before"]);
    mustSucceed(
      await runSlotctl(["import", this.address(0), "--from", this.source.address, "--replace", "--yes"]),
    );
    await write(["SET", "new", "kept"], ["SET", "other", "kept"], ["SET", "same", "kept", "PX", 3_600_000]);
  }

  /** Leaves a slot of the first node on its way to the second, with one key on both, as a MIGRATE that broke off does. */
  async leaveOpen(slot: number): Promise<void> {
    const [from, to] = [this.node(0), this.node(1)];
    const [fromId, toId] = await Promise.all([idOf(from), idOf(to)]);
    await this.fill(slot, slot);
    await ask(to, "CLUSTER", "SETSLOT", slot, "IMPORTING", fromId);
    await ask(from, "CLUSTER", "SETSLOT", slot, "MIGRATING", toId);
    await askAll(to, [["ASKING"], ["SET", keyIn(slot), "kept"]]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
  }
}
