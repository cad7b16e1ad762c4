import type { BackupEvent, ShardProgress } from "../plan/backup.ts";

const TELL_MS = 500;

interface Counted {
  readonly node: string;
  bytesDone: number;
  bytesTotal: number | undefined;
}

/** Counts what has been saved, and tells of it while it is under way. */
export class SaveTally implements Disposable {
  readonly #shardsTotal: number;
  readonly #emit: (event: BackupEvent) => void;
  readonly #nowMs: () => number;
  readonly #timer: NodeJS.Timeout;
  readonly #running = new Set<Counted>();
  readonly #startMs: number;
  #shardsDone = 0;
  #bytesDone = 0;

  constructor(
    shardsTotal: number,
    { emit, nowMs }: { readonly emit: (event: BackupEvent) => void; readonly nowMs: () => number },
  ) {
    this.#shardsTotal = shardsTotal;
    this.#emit = emit;
    this.#nowMs = nowMs;
    this.#startMs = nowMs();
    this.#timer = setInterval(() => this.#tell(), TELL_MS).unref();
  }

  /** One shard, until it is disposed of; what was not ended by then counts for nothing. */
  begin(node: string) {
    const counted: Counted = { node, bytesDone: 0, bytesTotal: undefined };
    this.#running.add(counted);
    return {
      expect: (bytesTotal: number | undefined) => {
        counted.bytesTotal = bytesTotal;
      },
      add: (bytes: number) => {
        counted.bytesDone += bytes;
      },
      end: () => {
        this.#shardsDone += 1;
        this.#bytesDone += counted.bytesDone;
        this.#running.delete(counted);
      },
      [Symbol.dispose]: () => {
        this.#running.delete(counted);
      },
    };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #tell(): void {
    const shards = [...this.#running].map((counted): ShardProgress => ({ ...counted }));
    const bytesDone = shards.reduce((sum, shard) => sum + shard.bytesDone, this.#bytesDone);
    const seconds = Math.max(0.001, (this.#nowMs() - this.#startMs) / 1000);
    this.#emit({
      event: "save-progress",
      shardsDone: this.#shardsDone,
      shardsTotal: this.#shardsTotal,
      bytesDone,
      bytesPerSecond: Math.round(bytesDone / seconds),
      shards,
    });
  }
}
