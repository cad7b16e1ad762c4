import { formatAddress } from "../cluster/address.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { NodeFailed } from "../errors.ts";
import type { NodeRef } from "../plan/step.ts";
import type { ApplyContext } from "./apply-context.ts";

/** How often a node may count as many keys as before although all that it listed were sent, before that is a failure. */
const LOOKS_IN_VAIN_MAX = 20;
const LOOK_AGAIN_MS = 50;

/** Keys of a node that are sent away until none is left: nothing is sent for ever. */
export class DwindlingKeys {
  readonly #context: ApplyContext;
  readonly #holder: NodeRef;
  #fewest = Infinity;
  #inVain = 0;

  constructor(context: ApplyContext, holder: NodeRef) {
    this.#context = context;
    this.#holder = holder;
  }

  /**
   * To be called with each count, before the keys are sent. Keys that expire are counted a little longer than they are
   * listed, so it waits a moment before one that is no smaller.
   *
   * @throws NodeFailed with code `keys-stay` once the count has not shrunk for too many looks.
   */
  async stillCounted(keyCount: number, slots: readonly number[]): Promise<void> {
    this.#inVain = keyCount < this.#fewest ? 0 : this.#inVain + 1;
    this.#fewest = Math.min(this.#fewest, keyCount);
    if (this.#inVain >= LOOKS_IN_VAIN_MAX) throw keysStay(this.#holder, slots);
    if (this.#inVain > 0) await this.#context.clock.sleep(LOOK_AGAIN_MS);
  }
}

function keysStay({ address }: NodeRef, slots: readonly number[]): NodeFailed {
  const node = formatAddress(address);
  return new NodeFailed(
    `${node} counts keys in slots ${SlotSet.of(slots)} that it does not list, or that MIGRATE does not take away.`,
    {
      code: "keys-stay",
      node,
      hint: `CLUSTER COUNTKEYSINSLOT and GETKEYSINSLOT at ${node} tell more. Valkey with import-mode yes keeps keys that have expired, and MIGRATE leaves them: set it to no. Then run the same command again: it goes on from here.`,
    },
  );
}
