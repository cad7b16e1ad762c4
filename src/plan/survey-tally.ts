import { formatAddress } from "../cluster/address.ts";
import type { StepOf } from "./step.ts";
import {
  BIG_KEY_BYTES,
  LARGEST_KEPT,
  type SizedKey,
  type Survey,
  type SurveyedKey,
  type SurveyedPair,
} from "./survey.ts";

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** Sums up what a survey finds, in little memory whatever there is. */
export class SurveyTally {
  readonly #pairs: Mutable<SurveyedPair>[] = [];
  #largest: SurveyedKey[] = [];

  begin(step: StepOf<"move-slots">): PairSurveyTally {
    const names = {
      from: formatAddress(step.from.address),
      to: formatAddress(step.to.address),
      mover: step.mover,
    };
    const pair = { ...names, slots: step.slots.size, keys: 0, keysSeen: 0, bytes: 0, bigKeys: 0 };
    this.#pairs.push(pair);
    return {
      counted: (keys) => {
        pair.keys += keys;
      },
      seen: (key) => {
        pair.keysSeen += 1;
        pair.bytes += key.bytes;
        if (key.bytes >= BIG_KEY_BYTES) pair.bigKeys += 1;
        this.#keepIfLarge({ ...key, ...names });
      },
    };
  }

  get survey(): Survey {
    return { pairs: this.#pairs.map((pair) => ({ ...pair })), largest: this.#largest };
  }

  #keepIfLarge(key: SurveyedKey): void {
    const least = this.#largest.at(LARGEST_KEPT - 1);
    if (least && least.bytes >= key.bytes) return;
    // A copy, for the bytes may be a part of a whole reply that would be held with them.
    const kept = typeof key.key === "string" ? key : { ...key, key: Buffer.from(key.key) };
    this.#largest = [...this.#largest, kept].toSorted((a, b) => b.bytes - a.bytes).slice(0, LARGEST_KEPT);
  }
}

export interface PairSurveyTally {
  counted(keys: number): void;
  seen(key: SizedKey): void;
}
