import type { TestServer } from "../servers/test-server.ts";
import type { ChaosMover, Kill } from "./movers.ts";
import type { Hit } from "./trial.ts";

export interface TrialsInput {
  readonly mover: ChaosMover;
  readonly server: TestServer;
  /** One for each trial, in their order. All kill slotctl or all kill nodes: the nodes' settings differ. */
  readonly kills: readonly Kill[];
  /** Of the first trial; each further one has the next. */
  readonly seed: number;
  /** Where what a failed trial has left behind is kept. */
  readonly evidenceDir: string;
  readonly say: (line: string) => void;
}

/** What became of all trials that killed the same. */
export interface TrialsSummary {
  readonly mover: ChaosMover;
  readonly kill: Kill;
  readonly server: TestServer;
  readonly trials: number;
  /** Trials that broke off are not among them. */
  readonly hits: Readonly<Record<Hit, number>>;
  readonly acknowledged: number;
  readonly unanswered: number;
  /** A line for each trial that failed. */
  readonly failed: readonly string[];
  readonly seconds: number;
}
