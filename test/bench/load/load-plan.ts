/** What a load is to do; the client's process is told so once it runs. */
export interface LoadPlan {
  readonly nodes: readonly LoadNode[];
  /** Keys of the load's own. All are written before it begins. */
  readonly names: readonly string[];
  readonly operationsPerSecond: number;
}

export interface LoadNode {
  /** What redirections call the node. */
  readonly announcedPort: number;
  /** Where this client reaches it: clients stand beside the nodes, wherever the operator is. */
  readonly port: number;
  /** First and last slot of each range that it owns as the load begins. */
  readonly slotRanges: readonly (readonly [number, number])[];
}

/** On the clock of `epochMs()`, which all processes of a machine share. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** What a client saw of the operations that were due within a window. */
export interface LoadReport {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Answered with an error that no redirection cures, with nothing where there was a value, or not at all. */
  readonly failed: number;
}

export interface LoadReports {
  readonly reports: readonly LoadReport[];
  /** Some of what operations failed with, over all windows. */
  readonly failures: readonly string[];
}

export function epochMs(): number {
  return performance.timeOrigin + performance.now();
}
