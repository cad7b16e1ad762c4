import keySlot from "cluster-key-slot";
import type { KeyValue } from "../wire/import-source.ts";

/** A value on its way into the cluster, and what became of it. */
export interface Parcel {
  readonly value: KeyValue;
  /** What this run has put there before the source changed. */
  readonly before: KeyValue | undefined;
  readonly slot: number;
  /** Sent over a connection that then failed: it may be there or not. */
  mayBeThere: boolean;
  /** The SHA-1 of what the cluster was last seen to hold in its place. */
  seen: string | undefined;
  outcome: Outcome | undefined;
  /** As what the key has been counted; undefined where it has not. */
  countedAs: Outcome | undefined;
}

export type Outcome = "written" | "identical" | "replaced" | "skipped" | "conflict" | "differs" | "ended";

/** What this run has put into the cluster under the key; undefined where what is there is not of its making. */
export function broughtBy({ outcome, value, before }: Parcel): KeyValue | undefined {
  return outcome === "identical" ? before : value;
}

export function parcelOf(value: KeyValue, before?: KeyValue): Parcel {
  const slot = keySlot(value.key);
  return {
    value,
    before,
    slot,
    mayBeThere: false,
    seen: undefined,
    outcome: undefined,
    countedAs: undefined,
  };
}
