import { keyName } from "../cluster/key.ts";
import type { ApplyContext } from "./apply-context.ts";
import { closeUntouched } from "./close-untouched.ts";
import { DwindlingKeys } from "./dwindling-keys.ts";
import { findKeys, type FoundKeys } from "./find-keys.ts";
import { handOverSlots } from "./hand-over-slots.ts";
import type { KeySender } from "./key-sender.ts";
import type { PairMove } from "./pair-move.ts";

interface Batch {
  readonly move: PairMove;
  readonly sender: KeySender;
  readonly slots: readonly number[];
}

interface FoundIn extends FoundKeys {
  readonly database: number;
}

/** Slots that go through the stages of a classic move together: first `open`, then `send`, then `finish`. */
export class ClassicBatch {
  readonly slots: readonly number[];
  readonly #context: ApplyContext;
  readonly #move: PairMove;
  readonly #sender: KeySender;
  readonly #begun = new Set<number>();
  #found: readonly FoundIn[] = [];

  constructor(context: ApplyContext, { move, sender, slots }: Batch) {
    this.slots = slots;
    this.#context = context;
    this.#move = move;
    this.#sender = sender;
  }

  /** Opens the slots and finds the keys of those that had some when they were counted. */
  async open(): Promise<void> {
    const { from, to, pace } = this.#move;
    // Slots without keys meet no other pause.
    await pace.awaitCalm();
    const source = this.#context.clients.at(from.address);
    // The target first: a migrating source already sends clients on with ASK, and a target that is not
    // importing would send them straight back.
    await this.#context.clients.at(to.address).markImporting(this.slots, from.id);
    await source.markMigrating(this.slots, to.id);
    // No new key can appear at the source from here on, so that these are all databases there will be.
    const found: FoundIn[] = [];
    const counted = this.slots.filter((slot) => (this.#move.keysInSlot.get(slot) ?? 0) > 0);
    for (const database of await source.databases()) {
      found.push({ database, ...(await this.#find(counted, database)) });
    }
    this.#found = found;
  }

  /** Sends what was found, and what was too much to be found at once. */
  async send(): Promise<void> {
    for (const { database, slots, unfinished } of this.#found) {
      await this.#sender.send(slots, { database, begun: this.#begun });
      await this.#empty(unfinished, database);
    }
  }

  /**
   * Sends what the source has all the same, and hands the slots over to the target. Asked to stop, it closes the
   * slots of which no key was sent, if it can without harm.
   *
   * @returns whether all slots are the target's now.
   */
  async finish(): Promise<boolean> {
    const left = await this.#emptyRest();
    const unclosed = await this.#close(left);
    const moved = this.slots.filter((slot) => !left.includes(slot) || unclosed.has(slot));
    if (moved.length > 0) await handOverSlots(this.#context, { move: this.#move, slots: moved });
    return moved.length === this.slots.length;
  }

  /**
   * A node that is told of a new owner deletes the keys that it still has of the slot (seen with Valkey 9.1): no slot
   * is handed over before its node has said that it holds none.
   *
   * @returns the slots that still have keys, when asked to stop: none of theirs was sent.
   */
  async #emptyRest(): Promise<readonly number[]> {
    const source = this.#context.clients.at(this.#move.from.address);
    let full = this.slots;
    const dwindling = new DwindlingKeys(this.#context, this.#move.from);
    for (;;) {
      const counts = full.length === 0 ? [] : await source.countKeys(full);
      const countOf = new Map(full.map((slot, index) => [slot, counts[index] ?? 0]));
      full = full.filter((slot) => countOf.get(slot) !== 0);
      const wanted = full.filter((slot) => this.#mayTravel(slot));
      if (wanted.length === 0) return full;
      const keyCount = wanted.reduce((sum, slot) => sum + (countOf.get(slot) ?? 0), 0);
      await dwindling.stillCounted(keyCount, wanted);
      for (const database of await source.databases()) await this.#empty(wanted, database);
    }
  }

  /**
   * Sends the keys that a database has of slots until it has none, or lists what was sent already; asked to stop,
   * only of those that have begun.
   */
  async #empty(slots: readonly number[], database: number): Promise<void> {
    const firstOf = new Map<number, string>();
    for (let left = slots; left.length > 0;) {
      const found = await this.#find(left, database);
      const wanted = found.slots.filter(({ slot }) => this.#mayTravel(slot));
      await this.#sender.send(wanted, { database, begun: this.#begun });
      const stays = new Set<number>();
      for (const { slot, keys } of wanted) {
        const first = keyName(keys[0] ?? "");
        if (firstOf.get(slot) === first) stays.add(slot);
        firstOf.set(slot, first);
      }
      left = found.unfinished.filter((slot) => this.#mayTravel(slot) && !stays.has(slot));
    }
  }

  #mayTravel(slot: number): boolean {
    return !this.#context.signal.aborted || this.#begun.has(slot);
  }

  /**
   * @returns those that could not be closed, for clients have written keys of theirs to the target already: they
   * were finished instead.
   */
  async #close(slots: readonly number[]): Promise<ReadonlySet<number>> {
    if (slots.length === 0) return new Set();
    const unclosed = new Set(await closeUntouched(this.#context, { move: this.#move, slots }));
    for (const slot of unclosed) this.#begun.add(slot);
    await this.#emptyRest();
    return unclosed;
  }

  async #find(slots: readonly number[], database: number): Promise<FoundKeys> {
    return await findKeys(this.#context, { move: this.#move, slots, database });
  }
}
