/** An arc of a network; costs may not be negative. */
export interface Arc {
  readonly from: number;
  readonly to: number;
  readonly room: number;
  readonly cost: number;
}

/**
 * The cheapest way to send `amount` from node 0 to node 1 of a network, one unit after the other, each by the way
 * that is the cheapest then; no other way is cheaper as a whole. Returns how much goes through each arc.
 */
export function cheapestFlow(
  arcs: readonly Arc[],
  { nodes, amount }: { nodes: number; amount: number },
): number[] {
  const flows = new Array<number>(arcs.length).fill(0);
  const leaving = Array.from({ length: nodes }, (): number[] => []);
  for (const [index, { from, to }] of arcs.entries()) {
    leaving[from]?.push(index);
    leaving[to]?.push(index);
  }
  for (let sent = 0; sent < amount; sent++) {
    const arcInto = cheapestWay(arcs, { flows, leaving });
    if (arcInto[1] === -1) break;
    for (let node = 1; node !== 0;) {
      const index = arcInto[node] ?? -1;
      const arc = arcs[index];
      if (!arc) break;
      const isForward = arc.to === node;
      flows[index] = (flows[index] ?? 0) + (isForward ? 1 : -1);
      node = isForward ? arc.from : arc.to;
    }
  }
  return flows;
}

/** By Bellman and Ford, for taking a unit back from an arc costs less than nothing. The arc by which each is reached. */
function cheapestWay(
  arcs: readonly Arc[],
  { flows, leaving }: { flows: readonly number[]; leaving: readonly (readonly number[])[] },
): number[] {
  const cost = new Array<number>(leaving.length).fill(Infinity);
  const arcInto = new Array<number>(leaving.length).fill(-1);
  const isQueued = new Uint8Array(leaving.length);
  cost[0] = 0;
  const queue = [0];
  for (let next = 0; next < queue.length; next++) {
    const node = queue[next] ?? 0;
    isQueued[node] = 0;
    for (const index of leaving[node] ?? []) {
      const arc = arcs[index];
      if (!arc) continue;
      const isForward = arc.from === node;
      const flow = flows[index] ?? 0;
      if (isForward ? flow >= arc.room : flow <= 0) continue;
      const other = isForward ? arc.to : arc.from;
      const total = (cost[node] ?? Infinity) + (isForward ? arc.cost : -arc.cost);
      if (total >= (cost[other] ?? Infinity)) continue;
      cost[other] = total;
      arcInto[other] = index;
      if (isQueued[other] === 0) queue.push(other);
      isQueued[other] = 1;
    }
  }
  return arcInto;
}
