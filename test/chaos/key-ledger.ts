import { ABSENT, after, fits, type Held, isAsHeld, type Read, type Sent, type Write } from "./held.ts";

/**
 * What is known of one key that one client writes: all that it may hold. A write that was answered leaves
 * what it makes of that; one whose answer never came leaves both, for both are right.
 */
export class KeyLedger {
  #possible: readonly Held[] = [ABSENT];

  get possible(): readonly Held[] {
    return this.#possible;
  }

  /** @returns whether the reply fits anything the key could have held. If not, the key is taken for what it now says. */
  answered(write: Write, { reply, ...sent }: Sent & { readonly reply: unknown }): boolean {
    const fitting = this.#possible.filter((held) => fits(reply, { held, write }));
    const from = fitting.length > 0 ? fitting : this.#possible;
    this.#possible = different(from.map((held) => after(held, write, sent)));
    return fitting.length > 0;
  }

  unanswered(write: Write, sent: Sent): void {
    this.#possible = different([
      ...this.#possible,
      ...this.#possible.map((held) => after(held, write, sent)),
    ]);
  }

  isAsRead(read: Read): boolean {
    return this.#possible.some((held) => isAsHeld(read, held));
  }
}

function different(all: readonly Held[]): Held[] {
  return [...new Map(all.map((held) => [JSON.stringify(held), held])).values()];
}
