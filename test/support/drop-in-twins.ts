import type { NodeLine } from "../../src/cluster/node-line.ts";
import { type ProgramResult, runProgram } from "../servers/run-program.ts";
import type { TestServer } from "../servers/test-server.ts";
import { nodeAt } from "./live-cluster.ts";
import { ask, idOf, linesOf } from "./live-node.ts";
import { eventually } from "./live-wait.ts";
import { runSlotctl, type SlotctlResult } from "./run-slotctl.ts";
import { type RunningNode, type RunningNodes, startNodes } from "./servers/start-nodes.ts";

export interface Shape {
  readonly parts: readonly string[];
  readonly slots: readonly number[];
}

/** One of two equal sets of nodes: the one that the servers' own CLI works on, and the one that slotctl does. */
export class Twin {
  readonly #running: RunningNodes;
  /** Every id that a node has had: one that is reset gets another. */
  readonly #indexOf = new Map<string, number>();

  constructor(running: RunningNodes) {
    this.#running = running;
  }

  node(index: number): RunningNode {
    return nodeAt(this.#running.nodes, index);
  }

  at(index: number): string {
    return this.node(index).address;
  }

  async id(index: number): Promise<string> {
    const id = await idOf(this.node(index));
    this.#indexOf.set(id, index);
    return id;
  }

  async send(index: number, ...words: readonly (string | number)[]): Promise<void> {
    await ask(this.node(index), ...words);
  }

  /**
   * What each node is, once all that know each other agree: a primary with so many replicas, a replica, or alone; and
   * how many slots it has. Which slots and whose replica may differ and be right.
   */
  async shape(): Promise<Shape> {
    const looks = await eventually(
      () => this.#look(),
      (found) => new Set(found.filter(isMember).map(({ lines }) => viewIn(lines))).size <= 1,
      { what: "views that agree" },
    );
    const lines = looks.find(isMember)?.lines ?? [];
    const lineAt = (port: number) => lines.find(({ address }) => address?.port === port);
    return {
      parts: this.#running.nodes.map(({ port }) => {
        const line = lineAt(port);
        if (!line || line.role === "replica") return line?.role ?? "alone";
        return `primary with ${lines.filter(({ primaryId }) => primaryId === line.id).length} replicas`;
      }),
      slots: this.#running.nodes.map(({ port }) => lineAt(port)?.slots.size ?? 0),
    };
  }

  /** The lines that scripts look for, with a name for each node in place of its address and id. */
  markersIn(text: string): string[] {
    let named = text;
    for (const [index, { address }] of this.#running.nodes.entries()) {
      named = named.replaceAll(address, `node${index}`);
    }
    for (const [id, index] of this.#indexOf) named = named.replaceAll(id, `id${index}`);
    return named
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => /^(\[OK\]|\[ERR\]|>>>|\*\*\*|node\d+:) /.test(line));
  }

  async #look(): Promise<{ readonly lines: readonly NodeLine[] }[]> {
    return await Promise.all(
      this.#running.nodes.map(async (node, index) => {
        const lines = await linesOf(node);
        this.#indexOf.set(lines[0]?.id ?? "", index);
        return { lines };
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running.stop();
  }
}

function isMember({ lines }: { readonly lines: readonly NodeLine[] }): boolean {
  return lines.length > 1;
}

function viewIn(lines: readonly NodeLine[]): string {
  return lines
    .map(({ id, primaryId, slots }) => `${id} ${primaryId} ${slots}`)
    .sort()
    .join("\n");
}

export interface TwinResults {
  readonly cli: ProgramResult;
  readonly ours: SlotctlResult;
}

export class Twins implements AsyncDisposable {
  readonly cli: Twin;
  readonly ours: Twin;
  /** The words of every line that both were given. */
  readonly lines: (readonly string[])[] = [];
  readonly #server: TestServer;

  private constructor(server: TestServer, cli: Twin, ours: Twin) {
    this.#server = server;
    this.cli = cli;
    this.ours = ours;
  }

  static async start(server: TestServer, count: number): Promise<Twins> {
    const [cli, ours] = await Promise.all([startNodes({ server, count }), startNodes({ server, count })]);
    return new Twins(server, new Twin(cli), new Twin(ours));
  }

  /** The same words to both, each on its own nodes and in the vocabulary of its servers. */
  async run(
    line: (twin: Twin) => readonly string[] | Promise<readonly string[]>,
    input?: string,
  ): Promise<TwinResults> {
    const options = input === undefined ? {} : { input };
    const [cliArgs, ourArgs] = await Promise.all(
      [this.cli, this.ours].map(async (twin) => (await line(twin)).map((word) => this.#worded(word))),
    );
    this.lines.push(cliArgs ?? []);
    const [cli, ours] = await Promise.all([
      runProgram(this.#server.cliPath, cliArgs ?? [], { env: { TERM: "dumb" }, ...options }),
      runSlotctl(ourArgs ?? [], options),
    ]);
    return { cli, ours };
  }

  #worded(word: string): string {
    if (this.#server.engine === "redis" || !word.startsWith("--cluster-")) return word;
    return word.replace("masters", "primaries").replace("master", "primary").replace("slave", "replica");
  }

  /** Something done to both sets of nodes without either program. */
  async both(what: (twin: Twin) => Promise<unknown>): Promise<void> {
    await Promise.all([what(this.cli), what(this.ours)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.cli[Symbol.asyncDispose](), this.ours[Symbol.asyncDispose]()]);
  }
}
