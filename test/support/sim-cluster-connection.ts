import { type Address, formatAddress } from "../../src/cluster/address.ts";
import { ConnectFailed, NodeFailed } from "../../src/errors.ts";
import { ReplyError } from "../../src/wire/reply-errors.ts";
import type { SimNode } from "./sim-cluster-node.ts";
import type { SimProcess } from "./sim-cluster-process.ts";
import { nodeAt, type SimWorld } from "./sim-cluster-world.ts";

/** What a node does with a command. An error reply is thrown. */
export type SimCommand<Value> = (node: SimNode) => Value;

export interface SimSending {
  /** The commands change something, so the process can be killed between any two of them. */
  readonly areChanges: boolean;
  readonly timeoutMs: number;
}

const TRAVEL_MS = { min: 0.2, max: 0.8 };
const WAKE_CHECK_MS = 10;
/** As the real connection does it: a node that was silent before does not cost its timeout twice. */
const SILENT_AGAIN_MS = 50;

/** The way from one process to one node: commands arrive in the order they were sent in, and take time. */
export class SimConnection {
  readonly address: Address;
  readonly #world: SimWorld;
  readonly #process: SimProcess;
  #lastArrivalMs = 0;
  #isOverdue = false;

  constructor({ world, process, address }: { world: SimWorld; process: SimProcess; address: Address }) {
    this.address = address;
    this.#world = world;
    this.#process = process;
  }

  /** Error replies are returned, as by the real connection; a node that does not answer is an error. */
  async send<Value>(
    commands: readonly SimCommand<Value>[],
    sending: SimSending,
  ): Promise<(Value | ReplyError)[]> {
    const { clock, random } = this.#world;
    this.#process.mustLive();
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, clock.nowMs() + random.between(TRAVEL_MS));
    await this.#pass(this.#lastArrivalMs - clock.nowMs());
    const node = await this.#listening(commands, sending);
    const replies = commands.map((command) => this.#do(node, command, sending));
    await this.#pass(Math.max(0, node.busyUntilMs - clock.nowMs()) + random.between(TRAVEL_MS));
    if (node.isDead) throw this.#lost();
    return replies;
  }

  async #pass(ms: number): Promise<void> {
    await this.#world.clock.sleep(ms);
    this.#process.mustLive();
  }

  /** The node once it has time for us. */
  async #listening<Value>(
    commands: readonly SimCommand<Value>[],
    { areChanges, timeoutMs }: SimSending,
  ): Promise<SimNode> {
    const { clock } = this.#world;
    const node = nodeAt(this.#world, this.address);
    if (!node || node.isDead) throw this.#unreachable();
    const patienceMs = this.#isOverdue ? Math.min(SILENT_AGAIN_MS, timeoutMs) : timeoutMs;
    const deadlineMs = clock.nowMs() + patienceMs;
    while (node.isPaused || node.busyUntilMs > clock.nowMs()) {
      if (clock.nowMs() >= deadlineMs) {
        this.#isOverdue = true;
        // What was sent is not undone by giving up: a stopped node does it as soon as it goes on.
        if (areChanges && patienceMs === timeoutMs) {
          for (const command of commands) node.backlog.push(() => void attempt(node, command));
        }
        throw this.#silent(timeoutMs);
      }
      const checkMs = node.isPaused ? WAKE_CHECK_MS : node.busyUntilMs - clock.nowMs();
      await this.#pass(Math.min(checkMs, deadlineMs - clock.nowMs()));
      if (node.isDead) throw this.#lost();
    }
    this.#isOverdue = false;
    return node;
  }

  #do<Value>(node: SimNode, command: SimCommand<Value>, { areChanges }: SimSending): Value | ReplyError {
    this.#process.mustLive();
    if (node.isDead) throw this.#lost();
    const reply = attempt(node, command);
    if (areChanges) this.#process.changed();
    return reply;
  }

  #unreachable(): ConnectFailed {
    const node = formatAddress(this.address);
    return new ConnectFailed(`${node} cannot be reached: connection refused.`, {
      code: "node-unreachable",
      node,
      reason: "connection refused",
    });
  }

  #silent(timeoutMs: number): ConnectFailed {
    const node = formatAddress(this.address);
    return new ConnectFailed(`${node} did not answer within ${timeoutMs / 1000} s.`, {
      code: "node-silent",
      node,
      reason: `no answer within ${timeoutMs / 1000} s`,
    });
  }

  #lost(): NodeFailed {
    const node = formatAddress(this.address);
    return new NodeFailed(`${node} closed the connection before it answered.`, {
      code: "connection-lost",
      node,
      reason: "it closed the connection",
    });
  }
}

function attempt<Value>(node: SimNode, command: SimCommand<Value>): Value | ReplyError {
  try {
    return command(node);
  } catch (error) {
    if (error instanceof ReplyError) return error;
    throw error;
  }
}
