import { leastArriving } from "./least-arriving.ts";
import { leastCleared } from "./least-cleared.ts";
import { leastSum } from "./least-sum.ts";
import type { HotSlot, LoadBands } from "./load-bands.ts";
import { type LoadBand, type LoadedShard, loadOf } from "./loaded-shard.ts";

const STEPS_MAX = 20_000;
const SEARCHED_MAX = 48;

/**
 * The load that every plan has to move at least to bring all shards into their bands: the larger of what has to
 * leave and what has to arrive, for whatever moves does both once.
 *
 *     out_i = hot slots that leave + the least sum of its other slots that is L_i − most_i + (hot slot that comes) or more
 *     in_i  = max(hot slot that comes, least_i − L_i)
 *     bound = max(Σ out_i + what is cleared away for heavy slots, Σ in_i)
 *
 * The least sum makes slots whole: a shard 10 MB above its band whose lightest slot has 30 MB gives 30 MB. It is a
 * subset sum and found exactly for shards with few slots; for others, and for what arrives, `leastArriving` knows as much
 * of whole slots as is quick to know. A heavy slot that has to leave may fit nowhere as it is (`leastCleared`).
 * Slots that are too hot for every band have to be with the hosts that `loadBands` names: the bound is of these bands.
 */
export function leastMoved(shards: readonly LoadedShard[], { bands, hot }: LoadBands): number {
  const sides = shards.map((shard, at) => sidesOf(shard, { band: bands[at], hot }));
  const out = sides.reduce((sum, { leaving, given }) => sum + leaving + given, 0);
  const into = sides.map((side) =>
    Math.max(side.arriving, side.least - side.load - side.kept - side.leaving),
  );
  const free = sides.flatMap((side) => side.free).sort((a, b) => b - a);
  const isHot = (at: number) => (sides[at]?.arriving ?? 0) > 0;
  const arriving = leastArriving(
    into.filter((_, at) => !isHot(at)),
    free,
  );
  const hotArriving = into.reduce((sum, need, at) => sum + (isHot(at) ? need : 0), 0);
  return Math.max(out + leastCleared(sides), arriving + hotArriving);
}

/** A shard without its hot slots: what it may hold besides them, and what comes and goes whatever the plan. */
function sidesOf(
  shard: LoadedShard,
  { band, hot }: { readonly band: LoadBand | undefined; readonly hot: readonly HotSlot[] },
) {
  const own = hot.filter(({ fromId }) => fromId === shard.id);
  const hosted = hot.find(({ hostId }) => hostId === shard.id);
  const hotSlots = new Set(own.map(({ slot }) => slot.slot));
  const free = shard.slots
    .flatMap(({ slot, load }) => (load > 0 && !hotSlots.has(slot) ? [load] : []))
    .sort((a, b) => b - a);
  const load = free.reduce((sum, each) => sum + each, 0);
  const held = hosted?.slot.load ?? 0;
  const most = (band?.most ?? 0) - held;
  const arrives = hosted !== undefined && hosted.fromId !== shard.id;
  return {
    most,
    least: band?.least ?? 0,
    load,
    given: wholeSlots(free, load - most),
    leaving: loadOf(own.filter(({ hostId }) => hostId !== shard.id).map(({ slot }) => slot)),
    kept: arrives ? 0 : held,
    arriving: arrives ? held : 0,
    free,
  };
}

function wholeSlots(loads: readonly number[], need: number): number {
  if (need <= 0) return 0;
  if (loads.length > SEARCHED_MAX) return leastArriving([need], loads);
  const least = leastSum(loads, {
    need: need * (1 - 1e-9),
    stepsMax: STEPS_MAX,
    goodEnough: need * 1e-9,
  });
  return least?.isExact ? least.sum : need;
}
