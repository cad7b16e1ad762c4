import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { parseNodes } from "../../../src/cluster/parse-nodes.ts";
import { epochMs, type TimeWindow } from "../load/load-plan.ts";

const pollMs = 20;

/** Looks at the node that receives, again and again, to tell from when to when slots are under way. */
export class MoveWatch implements AsyncDisposable {
  readonly #client: Redis;
  readonly #ending = new AbortController();
  readonly #watching: Promise<void>;
  #fromMs: number | undefined;
  #untilMs = 0;

  constructor(port: number) {
    this.#client = new Redis({ host: "127.0.0.1", port, protocol: 2, retryStrategy: () => null });
    this.#watching = this.#watch();
  }

  /** From before the first slot was opened, or the first job began, until after the last slot had arrived. */
  async finish(): Promise<TimeWindow> {
    this.#ending.abort();
    await this.#watching;
    if (this.#fromMs === undefined) throw new Error("no slot was seen to move");
    return { fromMs: this.#fromMs, untilMs: this.#untilMs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#watching;
    this.#client.disconnect();
  }

  async #watch(): Promise<void> {
    let before: { readonly atMs: number; readonly slots: string } | undefined;
    // Once more after the end, for what has arrived since the last look.
    for (let isLast = false; !isLast; await delay(pollMs)) {
      isLast = this.#ending.signal.aborted;
      const startMs = epochMs();
      const { slots, isBusy } = await this.#look();
      if (isBusy || (before && before.slots !== slots)) {
        this.#fromMs ??= before?.atMs ?? startMs;
        this.#untilMs = epochMs();
      }
      before = { atMs: startMs, slots };
    }
  }

  async #look(): Promise<{ slots: string; isBusy: boolean }> {
    const [nodes, info, jobs] = await Promise.all([
      this.#client.call("CLUSTER", "NODES"),
      this.#client.call("CLUSTER", "INFO"),
      // Only Valkey has it, from 9.0 on.
      this.#client.call("CLUSTER", "GETSLOTMIGRATIONS").catch(() => []),
    ]);
    const { self } = parseNodes(String(nodes));
    const isBusy =
      self.openSlots.length > 0 ||
      /^cluster_slot_migration_active_tasks:[1-9]/m.test(String(info)) ||
      (Array.isArray(jobs) && jobs.some(isUnderWay));
    return { slots: self.slots.toString(), isBusy };
  }
}

/** Jobs that have ended stay in the list, each a flat list of names and values. */
function isUnderWay(job: unknown): boolean {
  const fields = Array.isArray(job) ? job.map(String) : [];
  const state = fields[fields.indexOf("state") + 1];
  return state !== undefined && !["success", "failed", "cancelled"].includes(state);
}
