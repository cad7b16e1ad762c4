import { Bug } from "../errors.ts";

/** Shards as lists of hosts, an entry per node, and the host that leads each of them as its primary. */
export interface LedShards {
  readonly shards: readonly (readonly number[])[];
  readonly leads: readonly number[];
}

/**
 * Chooses which host's node leads each shard, as its primary, so that leads are spread evenly over the
 * hosts; where they do not come out even, earlier hosts get one more. Only a host that a shard has fewest
 * nodes of may lead it, for its other nodes there would stand beside their primary.
 *
 * To get there nodes may change places between shards, never so that more of them share a host. Where none
 * share one, it always works: let one host lead `mine` and have one lead too many, and another have one too
 * few and follow in `theirs`. If it stands in `mine` too, or the lead of `theirs` does, they take over from
 * each other. Else it changes places with a node of `mine` whose host is not in `theirs`; and if there is
 * none, `theirs` is the larger shard, and it just moves. Where nodes do share hosts, the attempt may fail,
 * and that lead stays where it is.
 */
export function chooseLeads(dealt: {
  readonly shards: readonly (readonly number[])[];
  readonly hostSizes: readonly number[];
}): LedShards {
  const shards = dealt.shards.map((hosts): Shard => ({ hosts: [...hosts], lead: -1 }));
  const limits = [...dealt.hostSizes];
  const missing = evenShares({ total: shards.length, limits });
  for (const shard of shards) {
    shard.lead = neediest(rarestHosts(shard.hosts), missing);
    missing[shard.lead] = (missing[shard.lead] ?? 0) - 1;
  }
  // A host that cannot lead its share leads what it can, and the others share the rest anew.
  for (let stuck = settle(shards, missing); stuck.length > 0; stuck = settle(shards, missing)) {
    const leadsOf = (host: number) => shards.filter((shard) => shard.lead === host).length;
    for (const host of stuck) limits[host] = leadsOf(host);
    for (const [host, share] of evenShares({ total: shards.length, limits }).entries()) {
      missing[host] = share - leadsOf(host);
    }
  }
  return { shards: shards.map((shard) => shard.hosts), leads: shards.map((shard) => shard.lead) };
}

/** Lets leads pass from hosts with too many to hosts with too few; returns those that still miss some. */
function settle(shards: readonly Shard[], missing: number[]): number[] {
  const hosts = [...missing.keys()];
  const misses = (host: number) => missing[host] ?? 0;
  for (const poor of hosts.filter((host) => misses(host) > 0)) {
    for (const rich of hosts.filter((host) => misses(host) < 0)) {
      while (misses(poor) > 0 && misses(rich) < 0 && passLead({ shards, rich, poor })) {
        missing[poor] = misses(poor) - 1;
        missing[rich] = misses(rich) + 1;
      }
    }
  }
  return hosts.filter((host) => misses(host) > 0);
}

interface Shard {
  readonly hosts: number[];
  lead: number;
}

/** Hands out one to each, round after round, until nothing is left; nobody gets more than its limit. */
function evenShares(wish: { readonly total: number; readonly limits: readonly number[] }): number[] {
  const shares = wish.limits.map(() => 0);
  for (let left = wish.total, round = 1; left > 0; round++) {
    const open = [...shares.keys()].filter((host) => (wish.limits[host] ?? 0) >= round).slice(0, left);
    if (open.length === 0) throw new Bug("there are more shards than nodes");
    for (const host of open) shares[host] = round;
    left -= open.length;
  }
  return shares;
}

function rarestHosts(hosts: readonly number[]): number[] {
  const least = Math.min(...hosts.map((host) => countOf(hosts, host)));
  return hosts.filter((host) => countOf(hosts, host) === least);
}

function countOf(hosts: readonly number[], host: number): number {
  return hosts.reduce((count, other) => count + Number(other === host), 0);
}

/** The host that misses most leads, the first of equals. */
function neediest(hosts: readonly number[], missing: readonly number[]): number {
  return hosts.reduce((best, host) => {
    const more = (missing[host] ?? 0) - (missing[best] ?? 0);
    return more > 0 || (more === 0 && host < best) ? host : best;
  });
}

interface Passing {
  readonly shards: readonly Shard[];
  readonly rich: number;
  readonly poor: number;
}

/** Takes one lead from `rich` and gives one to `poor`; false if it finds no way. */
function passLead({ shards, rich, poor }: Passing): boolean {
  const ledByRich = shards.filter((shard) => shard.lead === rich);
  const withPoor = shards.filter((shard) => shard.lead !== poor && shard.hosts.includes(poor));
  for (const mine of ledByRich) {
    if (mayLead(mine, poor)) {
      mine.lead = poor;
      return true;
    }
    for (const theirs of withPoor) if (takeOver({ mine, theirs, poor })) return true;
  }
  return false;
}

function takeOver(pair: { readonly mine: Shard; readonly theirs: Shard; readonly poor: number }): boolean {
  const { mine, theirs, poor } = pair;
  if (mayLead(theirs, poor) && mayLead(mine, theirs.lead)) {
    mine.lead = theirs.lead;
    theirs.lead = poor;
    return true;
  }
  if (mine.hosts.includes(poor) || countOf(theirs.hosts, poor) > 1 || countOf(mine.hosts, mine.lead) > 1) {
    return false;
  }
  const given = mine.hosts.find(
    (host) => host !== mine.lead && isOnlyIn(host, { here: mine, there: theirs }),
  );
  if (given === undefined && theirs.hosts.length <= mine.hosts.length) return false;
  move(poor, { from: theirs, to: mine });
  if (given !== undefined) move(given, { from: mine, to: theirs });
  mine.lead = poor;
  return true;
}

/** Its lead is always one of the hosts that a shard has fewest nodes of. */
function mayLead(shard: Shard, host: number): boolean {
  return shard.hosts.includes(host) && countOf(shard.hosts, host) === countOf(shard.hosts, shard.lead);
}

function isOnlyIn(host: number, { here, there }: { readonly here: Shard; readonly there: Shard }): boolean {
  return countOf(here.hosts, host) === 1 && !there.hosts.includes(host);
}

function move(host: number, { from, to }: { readonly from: Shard; readonly to: Shard }): void {
  from.hosts.splice(from.hosts.indexOf(host), 1);
  to.hosts.push(host);
}
