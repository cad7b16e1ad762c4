/** Holds a pair of nodes back while their clients would wait too long, or more keys would be too many. */
export interface Pace {
  /** What a bite takes on the line from here to the source and back; 0 where that is not known. */
  readonly lineMs: number;
  /** How many bites of keys may be under way at once. */
  readonly bitesInFlight: number;
  /**
   * Waits until `keyCount` more keys may travel; at once where no limit asks for more.
   *
   * @returns false when the run is asked to stop meanwhile: nothing new may begin any more, and what has
   *   begun is finished without regard to the keys per second.
   */
  awaitTurn(keyCount: number): Promise<boolean>;
  /** Waits, for a moment at most, while clients would wait too long: for work that no keys travel for. */
  awaitCalm(): Promise<void>;
  /** The turn of keys with regard to the keys per second only: no node is watched for it. */
  awaitRate(keyCount: number): Promise<boolean>;
}

/**
 * One MIGRATE is worked on while the next one travels. Whatever is in flight at the source is what its clients wait
 * for, and the other nodes where the target is gone: each one then lasts for its whole timeout.
 */
export const BITES_IN_FLIGHT = { most: 2, near: 1 } as const;

/** Nothing holds it back. */
export const unlimited: Pace = {
  lineMs: 0,
  bitesInFlight: BITES_IN_FLIGHT.most,
  awaitTurn: () => Promise.resolve(true),
  awaitCalm: () => Promise.resolve(),
  awaitRate: () => Promise.resolve(true),
};
