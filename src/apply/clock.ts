/** Time as `apply` sees it; a simulation brings its own. */
export interface Clock {
  nowMs(): number;
  sleep(ms: number): Promise<void>;
}
