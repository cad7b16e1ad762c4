import { Room } from "../wire/room.ts";

/** So much a node writes down for us in a millisecond or two. */
const PIECE_BYTES = 1024 * 1024;
const FIRST_KEYS = 16;
const KEYS_MAX = 512;
/** A value is compared with what the node makes of the source's, which is about as large. */
const COPIES = 2;

/**
 * Room for values of the cluster that are looked at, for all of a run. How large they are is not known before: what
 * came last is the hint at what comes next, and pieces grow only as long as they turn out to be small.
 */
export class LookingRoom {
  readonly #room: Room;
  #keys = FIRST_KEYS;
  #averageBytes = 0;

  /** @param bytes what is larger than that is looked at alone. */
  constructor(bytes: number) {
    this.#room = new Room(bytes);
  }

  /** How many keys are looked at next, and up to what size a value of them is wanted. */
  nextPiece(): { readonly count: number; readonly bytesMax: number } {
    const room = Math.min(PIECE_BYTES, Math.floor(this.#room.size / COPIES));
    return { count: this.#keys, bytesMax: Math.max(Math.floor(room / this.#keys), 2 * this.#averageBytes) };
  }

  /** @param piece what the one that was looked at has come to. */
  learn({ keys, bytes }: { readonly keys: number; readonly bytes: number }): void {
    this.#averageBytes = Math.ceil(bytes / keys);
    const fitting = Math.floor(PIECE_BYTES / Math.max(1, this.#averageBytes));
    this.#keys = Math.max(1, Math.min(KEYS_MAX, fitting, this.#keys * 4));
  }

  async during<Result>(bytes: number, work: () => Promise<Result>): Promise<Result> {
    return await this.#room.during(Math.min(this.#room.size, bytes * COPIES), work);
  }
}
