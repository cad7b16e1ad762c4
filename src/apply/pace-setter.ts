import { type Address, formatAddress } from "../cluster/address.ts";
import type { ApplyContext } from "./apply-context.ts";
import { KeyRate } from "./key-rate.ts";
import { LatencyWatch } from "./latency-watch.ts";
import { LimitedPace } from "./limited-pace.ts";
import type { PairTally } from "./move-tally.ts";
import { type Pace, unlimited } from "./pace.ts";

/** Sets the pace of all pairs of a stage, by what the operator allows and what clients of the nodes meet. */
export class PaceSetter implements Disposable {
  readonly #context: ApplyContext;
  readonly #rate: KeyRate | undefined;
  readonly #watches = new Map<string, LatencyWatch>();

  constructor(context: ApplyContext) {
    this.#context = context;
    const { keysPerSecondMax } = context.moving;
    if (keysPerSecondMax !== undefined) this.#rate = new KeyRate(context.clock, keysPerSecondMax);
  }

  /** The two nodes are watched from the pair's first turn on, if there is a limit to what clients may wait. */
  paceOf(pair: { readonly from: Address; readonly to: Address; readonly tally: PairTally }): Pace {
    const { maxLatencyMs } = this.#context.moving;
    if (maxLatencyMs === 0 && !this.#rate) return unlimited;
    const watch = () => (maxLatencyMs === 0 ? [] : [this.#watch(pair.from), this.#watch(pair.to)]);
    return new LimitedPace(this.#context, { watch, rate: this.#rate, tally: pair.tally });
  }

  [Symbol.dispose](): void {
    for (const watch of this.#watches.values()) watch[Symbol.dispose]();
  }

  #watch(address: Address): LatencyWatch {
    const name = formatAddress(address);
    const { clients, clock } = this.#context;
    const watch = this.#watches.get(name) ?? LatencyWatch.start(clients.at(address), clock);
    this.#watches.set(name, watch);
    return watch;
  }
}
