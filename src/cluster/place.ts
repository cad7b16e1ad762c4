/** Where a node runs, as far as that is known. */
export interface Place {
  readonly host?: string | undefined;
  readonly rack?: string | undefined;
  readonly zone?: string | undefined;
}

/** From the widest to the narrowest: what is lost together when one of them is. */
export const PLACE_LEVELS = ["zone", "rack", "host"] as const;

export type PlaceLevel = (typeof PLACE_LEVELS)[number];

/** By node id. */
export type Places = ReadonlyMap<string, Place>;
