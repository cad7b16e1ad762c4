import { formatAddress } from "../cluster/address.ts";
import type { ImportTargetView, SourceView } from "../cluster/import-view.ts";
import { nodeName } from "../cluster/node-name.ts";
import { ownersOf, replicasOf } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import type { ImportInput, ImportNote, ImportPlan, ImportStep, ImportWish } from "./import.ts";
import { refuseUnfitImportTargets } from "./refuse-unfit-import-targets.ts";
import { refuseUnfitSources } from "./refuse-unfit-sources.ts";

/**
 * Decides which databases of which servers are brought into which database of the cluster, a step each.
 *
 * @throws Refused where keys could be lost on the way, or would not be understood, or have no place to go.
 */
export function planImport(input: ImportInput): ImportPlan {
  const { topology, wish } = input;
  refuseUnfitSources(input);
  const steps = stepsOf(input);
  refuseUnfitImportTargets(input, steps);
  refuseMerging(steps, wish);
  return { basis: topology, wish, steps, notes: notesOf(input) };
}

function stepsOf({ sources, targets, wish }: ImportInput): ImportStep[] {
  const databases = Math.min(...targets.map((target) => target.databases), Number.POSITIVE_INFINITY);
  return sources.flatMap((source) =>
    [...source.databases]
      .filter(([database, { keys }]) => keys > 0 && (wish.databases?.includes(database) ?? true))
      .map(([database, { keys, expiring }]): ImportStep => {
        const toDatabase = wish.databaseMap.get(database) ?? database;
        if (toDatabase >= databases) throw noSuchDatabase({ source, database, toDatabase, databases });
        return { kind: "import-keys", from: source.address, source, database, toDatabase, keys, expiring };
      }),
  );
}

function noSuchDatabase({
  source,
  database,
  toDatabase,
  databases,
}: {
  readonly source: SourceView;
  readonly database: number;
  readonly toDatabase: number;
  readonly databases: number;
}): Refused {
  const has = databases === 1 ? "only database 0" : `databases 0 to ${databases - 1}`;
  return new Refused(
    `${formatAddress(source.address)} has keys in database ${database}, which would become database ${toDatabase}; the cluster has ${has}.`,
    {
      code: "database-missing",
      node: formatAddress(source.address),
      hint: `Say where they are to go, with --map-database ${database}=0, or leave them out: --database takes those that are to be imported.`,
    },
  );
}

/** With --replace whoever comes last wins, and nobody could say who that is. */
function refuseMerging(steps: readonly ImportStep[], { onConflict }: ImportWish): void {
  if (onConflict !== "replace") return;
  const merged = [...Map.groupBy(steps, ({ toDatabase }) => toDatabase).values()].find((all) => {
    return all.length > 1 && !all.every(({ source }) => source.isClusterNode);
  });
  if (!merged) return;
  const names = merged.map(({ from, database }) => `${formatAddress(from)} (database ${database})`);
  throw new Refused(
    `Keys of several sources would go into one database: ${names.join(", ")}. With --replace a key that two of them have would be overwritten, and nobody would be told.`,
    {
      code: "sources-merge",
      hint: "Import them one after the other, the one that is to win last; or leave --replace out: then the import stops at a key that is there already with another value.",
    },
  );
}

function notesOf({ topology, sources, targets, wish }: ImportInput): ImportNote[] {
  const notes: ImportNote[] = [];
  const lone = ownersOf(topology).filter(
    ({ id }) => !replicasOf(topology, id).some((replica) => replica.view !== undefined),
  );
  if (!wish.copy && lone.length > 0) notes.push({ kind: "no-replica-confirms", nodes: lone.map(nodeName) });
  for (const [policy, nodes] of Map.groupBy(
    evicting({ topology, targets }),
    (view) => view.maxmemoryPolicy,
  )) {
    notes.push({ kind: "evicts", nodes: nodes.map(({ address }) => formatAddress(address)), policy });
  }
  for (const source of sources.filter(({ isReplica }) => isReplica)) {
    notes.push({ kind: "source-is-replica", node: formatAddress(source.address) });
  }
  return notes;
}

function evicting({ topology, targets }: Pick<ImportInput, "topology" | "targets">): ImportTargetView[] {
  const limited = new Set(
    ownersOf(topology).flatMap(({ id, view }) => (view && view.maxmemoryBytes > 0 ? [id] : [])),
  );
  return targets.filter(({ id, maxmemoryPolicy }) => limited.has(id) && maxmemoryPolicy !== "noeviction");
}
