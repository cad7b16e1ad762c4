import { setTimeout as delay } from "node:timers/promises";
import type { ApplyContext } from "../../src/apply/apply-context.ts";
import { movers } from "../../src/apply/movers.ts";
import { MoveTally } from "../../src/apply/move-tally.ts";
import { unlimited } from "../../src/apply/pace.ts";
import { prepareMove } from "../../src/apply/prepare-move.ts";
import { parseAddress } from "../../src/cluster/address.ts";
import { parseSlots } from "../../src/cluster/parse-slots.ts";
import type { Mover } from "../../src/plan/mover.ts";
import type { RunEvent } from "../../src/plan/run-event.ts";
import type { NodeRef, StepOf } from "../../src/plan/step.ts";
import { lookAtAll } from "../../src/wire/look-at-all.ts";
import { type NodeAccess, plainAccess } from "../../src/wire/node-access.ts";
import { RedisNodeClients } from "../../src/wire/redis-node-clients.ts";
import { listServers } from "../servers/list-servers.ts";
import { isAtLeast, type TestServer } from "../servers/test-server.ts";
import { keyIn } from "./live-slots.ts";
import { eventually } from "./live-wait.ts";
import { MoveCluster, type MoveClusterOptions } from "./move-cluster.ts";

/** Every server of this machine that has atomic migrations. */
export async function atomicServers(): Promise<readonly TestServer[]> {
  return (await listServers()).filter(({ engine, version }) =>
    isAtLeast(version, engine === "redis" ? "8.4.0" : "9.0.0"),
  );
}

function atomicMoverOf({ engine }: TestServer): Mover {
  return engine === "redis" ? "redis-atomic" : "valkey-atomic";
}

export interface AtomicPairOptions extends Omit<MoveClusterOptions, "primaries"> {
  readonly primaries?: number;
  readonly access?: Partial<NodeAccess>;
}

export interface AtomicMoveOptions {
  readonly slots: string;
  readonly from?: number;
  readonly to?: number;
  readonly waitMs?: number;
  readonly keysPerSecondMax?: number;
}

/** A move that goes on. */
export interface AtomicMove {
  /** What came of it: whether all slots have moved, or the error. */
  readonly ended: Promise<unknown>;
  readonly events: readonly RunEvent[];
  readonly tally: MoveTally;
  /** What the servers said last that they are at. */
  state(): string | undefined;
  /** As the first Ctrl-C does. */
  stop(): void;
}

const KEYS_AT_ONCE = 1000;

/** Two primaries, of which node 0 gives slots to node 1 by their atomic migrations, without the program around it. */
export class AtomicPair implements AsyncDisposable {
  readonly cluster: MoveCluster;
  readonly clients: RedisNodeClients;
  readonly mover: Mover;

  private constructor(cluster: MoveCluster, options: AtomicPairOptions) {
    this.cluster = cluster;
    this.mover = atomicMoverOf(options.server);
    this.clients = new RedisNodeClients({ ...plainAccess(2500), ...options.access });
  }

  static async form(options: AtomicPairOptions): Promise<AtomicPair> {
    const cluster = await MoveCluster.form({ primaries: 2, ...options });
    return new AtomicPair(cluster, options);
  }

  /** Writes a key into each of the slots, at node 0. */
  async fill(slots: string, bytes = 10): Promise<void> {
    const all = [...parseSlots(slots)];
    for (let start = 0; start < all.length; start += KEYS_AT_ONCE) {
      const pipeline = this.cluster.client(0).pipeline();
      for (const slot of all.slice(start, start + KEYS_AT_ONCE))
        pipeline.set(keyIn(slot), valueOf(slot, bytes));
      for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
    }
  }

  /** Slots of which a node does not have the key with its value. */
  async missingAt(index: number, slots: string, bytes = 10): Promise<number[]> {
    const all = [...parseSlots(slots)];
    const values = await this.cluster
      .client(index)
      .pipeline(all.map((slot) => ["get", keyIn(slot)]))
      .exec();
    return all.filter((slot, at) => values?.[at]?.[1] !== valueOf(slot, bytes));
  }

  /** From now on the source takes this long to send each key. */
  async slowDown(microsPerKey: number): Promise<void> {
    await this.cluster.client(0).config("SET", "rdb-key-save-delay", String(microsPerKey));
  }

  async refOf(index: number): Promise<NodeRef> {
    const { id } = await this.cluster.lineOf(index);
    return { id, address: parseAddress(this.cluster.address(index)) };
  }

  /** Begins to move slots; returns once the nodes are at it, unless it ends before. */
  async move(options: AtomicMoveOptions): Promise<AtomicMove> {
    const move = await this.begin(options);
    let isOver = false;
    const over = () => (isOver = true);
    move.ended.then(over, over);
    await eventually(
      () => Promise.resolve(isOver || move.state() !== undefined),
      (isAtIt) => isAtIt,
      { what: "the move" },
    );
    return move;
  }

  /** Moves slots; returns what came of it. */
  async moved(options: AtomicMoveOptions): Promise<unknown> {
    return await (
      await this.begin(options)
    ).ended;
  }

  async begin({ slots, from = 0, to = 1, ...options }: AtomicMoveOptions): Promise<AtomicMove> {
    const controller = new AbortController();
    const { context, events, state } = this.#context(controller.signal, options);
    const [source, target] = [await this.refOf(from), await this.refOf(to)];
    const { mover } = this;
    const step: StepOf<"move-slots"> = {
      kind: "move-slots",
      from: source,
      to: target,
      slots: parseSlots(slots),
      mover,
    };
    const topology = await context.lookAt([source.address, target.address]);
    const prepared = await prepareMove(context, { step, topology });
    const tally = context.tally.begin({
      from: this.cluster.address(from),
      to: this.cluster.address(to),
      slotsTotal: prepared.slots.size,
      keysTotal: prepared.keyCount,
      mover,
    });
    const move = { ...prepared, mover, tally, pace: unlimited };
    const ended = movers[mover](context, move, () => !controller.signal.aborted).catch(
      (error: unknown) => error,
    );
    return { ended, events, state, tally: context.tally, stop: () => controller.abort() };
  }

  #context(
    signal: AbortSignal,
    { waitMs = 10_000, keysPerSecondMax }: { waitMs?: number; keysPerSecondMax?: number },
  ) {
    const { clients } = this;
    const clock = { nowMs: () => performance.now(), sleep: (ms: number) => delay(ms) };
    const events: RunEvent[] = [];
    const emit = (event: RunEvent): void => void events.push(event);
    const tally = new MoveTally(clock, emit);
    const context: ApplyContext = {
      clients,
      lookAt: (addresses) => lookAtAll(clients, addresses),
      emit,
      signal,
      clock,
      waitMs,
      moving: {
        pairsAtOnceMax: 16,
        maxLatencyMs: 0,
        keysPerSecondMax,
        mayFallBack: false,
        replace: false,
      },
      tally,
      saveValue: () => Promise.reject(new Error("no value was to give way")),
    };
    const state = (): string | undefined => {
      const last = events.findLast((event) => event.event === "progress");
      const waits = last?.event === "progress" ? last.pairs.at(-1)?.waitsFor : undefined;
      return waits?.kind === "servers" && waits.state !== "unknown" ? waits.state : undefined;
    };
    return { context, events, state };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.clients[Symbol.dispose]();
    await this.cluster[Symbol.asyncDispose]();
  }
}

function valueOf(slot: number, bytes: number): string {
  return `${slot} `.padEnd(bytes, "x");
}
