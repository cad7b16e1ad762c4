import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Placement, spreadReplicas } from "./spread-replicas.ts";

/** Hosts by letter: `aabb` are four nodes on two hosts. */
function place(letters: string, replicasPerPrimary: number): Placement {
  return spreadReplicas({ hosts: letters.split(""), replicasPerPrimary });
}

describe("what operators expect", () => {
  test.each([
    { name: "a host per node", hosts: "abcdef", replicas: 1, primaries: [0, 1, 2], reached: "perfect" },
    { name: "all on one host", hosts: "aaaaaa", replicas: 1, primaries: [0, 1, 2], reached: "one-host" },
    { name: "pairs on hosts", hosts: "aabbcc", replicas: 1, primaries: [0, 2, 4], reached: "perfect" },
    { name: "hosts in turn", hosts: "abcabc", replicas: 1, primaries: [0, 1, 2], reached: "perfect" },
    { name: "two hosts", hosts: "aaabbb", replicas: 1, primaries: [0, 1, 3], reached: "perfect" },
    { name: "no replicas", hosts: "abc", replicas: 0, primaries: [0, 1, 2], reached: "no-replicas" },
    {
      name: "one host with too many",
      hosts: "aaaabb",
      replicas: 1,
      primaries: [0, 1, 4],
      reached: "replica-on-primary-host",
    },
    {
      name: "two hosts, two replicas",
      hosts: "aaabbb",
      replicas: 2,
      primaries: [0, 3],
      reached: "siblings-share-a-host",
    },
    {
      name: "primaries where few nodes are",
      hosts: "aaaabc",
      replicas: 2,
      primaries: [4, 5],
      reached: "siblings-share-a-host",
    },
  ])("$name: $hosts with $replicas", ({ hosts, replicas, primaries, reached }) => {
    const placement = place(hosts, replicas);
    expect(placement.primaries).toEqual(primaries);
    expect(placement.reached).toBe(reached);
  });

  test("with a host per node replicas go round the primaries", () => {
    expect([...place("abcdefgh", 1).primaryOf]).toEqual([
      [4, 0],
      [5, 1],
      [6, 2],
      [7, 3],
    ]);
  });

  test("nodes left over become further replicas, one to a shard", () => {
    const replicasOf = Map.groupBy(place("abcdefghijk", 2).primaryOf, ([, primary]) => primary);
    expect([...replicasOf.values()].map((list) => list.length)).toEqual([3, 3, 2]);
  });

  test("a shard needs its nodes", () => {
    expect(() => place("ab", 2)).toThrow(/2 nodes make no shard of 3/);
  });
});

describe("laws", () => {
  const wish = fc.record({
    // Few letters put many nodes on one host, many letters spread them.
    hosts: fc
      .constantFrom("aab", "abc", "aaaabc", "abcdefghij")
      .chain((letters) => fc.array(fc.constantFrom(...letters.split("")), { minLength: 1, maxLength: 60 })),
    replicas: fc.nat(5),
  });
  const enough = wish.filter(({ hosts, replicas }) => hosts.length > replicas);

  test("every node has one part, and shards differ by one replica at most", () => {
    fc.assert(
      fc.property(enough, ({ hosts, replicas }) => {
        const { primaries, primaryOf } = spreadReplicas({ hosts, replicasPerPrimary: replicas });
        expect(primaries).toHaveLength(Math.floor(hosts.length / (replicas + 1)));
        expect([...primaries, ...primaryOf.keys()].sort((a, b) => a - b)).toEqual([...hosts.keys()]);
        const sizes = primaries.map((id) => [...primaryOf.values()].filter((of) => of === id).length);
        expect(Math.min(...sizes)).toBeGreaterThanOrEqual(replicas);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("of a host's nodes the first given are its primaries", () => {
    fc.assert(
      fc.property(enough, ({ hosts, replicas }) => {
        const { primaries } = spreadReplicas({ hosts, replicasPerPrimary: replicas });
        for (const nodes of Map.groupBy(hosts.keys(), (node) => hosts[node]).values()) {
          const ledHere = nodes.filter((node) => primaries.includes(node));
          expect(ledHere).toEqual(nodes.slice(0, ledHere.length));
        }
      }),
    );
  });

  test("where no host has more nodes than there are primaries, nothing is shared and primaries are even", () => {
    fc.assert(
      fc.property(enough, ({ hosts, replicas }) => {
        const { primaries, reached } = spreadReplicas({ hosts, replicasPerPrimary: replicas });
        const onHosts = [...Map.groupBy(hosts.keys(), (node) => hosts[node]).values()].map((nodes) => ({
          nodes: nodes.length,
          primaries: nodes.filter((node) => primaries.includes(node)).length,
        }));
        fc.pre(onHosts.every(({ nodes }) => nodes <= primaries.length) && replicas > 0);
        expect(reached).toBe("perfect");
        const withReplicas = onHosts.filter((host) => host.primaries < host.nodes);
        const most = Math.max(...onHosts.map((host) => host.primaries));
        for (const host of withReplicas) expect(host.primaries).toBeGreaterThanOrEqual(most - 1);
      }),
    );
  });

  test("a thousand nodes take no time", () => {
    const hosts = Array.from({ length: 1000 }, (_, index) => `host-${index % 7 === 0 ? 0 : index % 90}`);
    const begun = performance.now();
    expect(spreadReplicas({ hosts, replicasPerPrimary: 2 }).primaries).toHaveLength(333);
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});

/** What a placement costs: replicas beside their primary, then siblings that share a host. */
interface Cost {
  readonly besidePrimary: number;
  readonly besideSibling: number;
}

describe("nothing better can be had", () => {
  const sizes = Array.from({ length: 10 }, (_, index) => index + 1);
  const cases = sizes.flatMap((count) =>
    partitions(count).flatMap((hostSizes) =>
      [1, 2, 3].filter((replicas) => replicas < count).map((replicas) => ({ hostSizes, replicas })),
    ),
  );

  test(`in all ${cases.length} ways to put up to ten nodes on hosts`, () => {
    for (const { hostSizes, replicas } of cases) {
      const best = bestCost(hostSizes, replicas);
      for (const hosts of [inBlocks(hostSizes), inTurn(hostSizes)]) {
        const cost = costOf(hosts, spreadReplicas({ hosts, replicasPerPrimary: replicas }));
        expect({ hosts, replicas, cost }).toEqual({ hosts, replicas, cost: best });
      }
    }
  });

  test("for two hosts, where there is least room to choose, up to eighteen nodes", () => {
    for (let count = 2; count <= 18; count++) {
      for (let first = 1; first <= count / 2; first++) {
        for (const replicas of [1, 2, 3, 4, 5, 6, 7].filter((replicas) => replicas < count)) {
          const hosts = inBlocks([count - first, first]);
          const cost = costOf(hosts, spreadReplicas({ hosts, replicasPerPrimary: replicas }));
          const best = bestCost([count - first, first], replicas);
          expect({ hosts, replicas, cost }).toEqual({ hosts, replicas, cost: best });
        }
      }
    }
  });
});

function partitions(count: number, max = count): number[][] {
  if (count === 0) return [[]];
  const firsts = Array.from({ length: Math.min(count, max) }, (_, index) => index + 1);
  return firsts.flatMap((first) => partitions(count - first, first).map((rest) => [first, ...rest]));
}

function inBlocks(hostSizes: readonly number[]): string[] {
  return hostSizes.flatMap((size, host) => new Array<string>(size).fill(nameHost(host)));
}

function inTurn(hostSizes: readonly number[]): string[] {
  const rounds = Math.max(...hostSizes);
  return Array.from({ length: rounds }, (_, round) =>
    hostSizes.flatMap((size, host) => (size > round ? [nameHost(host)] : [])),
  ).flat();
}

function nameHost(index: number): string {
  return String.fromCodePoint(97 + index);
}

function costOf(hosts: readonly string[], { primaryOf }: Placement): Cost {
  const pairs = [...primaryOf];
  const places = new Set(pairs.map(([replica, primary]) => `${primary} on ${hosts[replica]}`));
  return {
    besidePrimary: pairs.filter(([replica, primary]) => hosts[replica] === hosts[primary]).length,
    besideSibling: pairs.length - places.size,
  };
}

/** Tries everything: shard by shard, each way to fill it from what the hosts have left. */
function bestCost(hostSizes: readonly number[], replicas: number): Cost {
  const count = hostSizes.reduce((sum, size) => sum + size, 0);
  const shards = Math.floor(count / (replicas + 1));
  let reached = new Map<string, { left: readonly number[]; cost: Cost }>([
    ["", { left: hostSizes, cost: { besidePrimary: 0, besideSibling: 0 } }],
  ]);
  for (let shard = 0; shard < shards; shard++) {
    const size = Math.floor(count / shards) + Number(shard < count % shards);
    const next: typeof reached = new Map();
    for (const { left, cost } of reached.values()) {
      for (const taken of waysToTake(left, size)) {
        const leads = [...taken.keys()].filter((host) => (taken[host] ?? 0) > 0);
        for (const added of leads.map((lead) => costOfShard(taken, lead))) {
          const rest = left.map((nodes, host) => nodes - (taken[host] ?? 0));
          const sum = {
            besidePrimary: cost.besidePrimary + added.besidePrimary,
            besideSibling: cost.besideSibling + added.besideSibling,
          };
          const known = next.get(rest.join());
          if (!known || isCheaper(sum, known.cost)) next.set(rest.join(), { left: rest, cost: sum });
        }
      }
    }
    reached = next;
  }
  const [end] = reached.values();
  if (!end) throw new Error("there is always a way");
  return end.cost;
}

function waysToTake([first, ...rest]: readonly number[], size: number): number[][] {
  if (first === undefined) return size === 0 ? [[]] : [];
  const counts = Array.from({ length: Math.min(first, size) + 1 }, (_, count) => count);
  return counts.flatMap((count) => waysToTake(rest, size - count).map((more) => [count, ...more]));
}

function costOfShard(taken: readonly number[], lead: number): Cost {
  const replicas = taken.map((nodes, host) => nodes - Number(host === lead));
  return {
    besidePrimary: replicas[lead] ?? 0,
    besideSibling: replicas.reduce((sum, nodes) => sum + Math.max(0, nodes - 1), 0),
  };
}

function isCheaper(a: Cost, b: Cost): boolean {
  return a.besidePrimary === b.besidePrimary
    ? a.besideSibling < b.besideSibling
    : a.besidePrimary < b.besidePrimary;
}
