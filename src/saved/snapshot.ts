import type { NodeView } from "../cluster/node-view.ts";
import { reachedNodes, type Topology } from "../cluster/topology.ts";
import { type TopologyRecord, topologyOfRecord } from "../cluster/topology-record.ts";
import { SlotctlError } from "../errors.ts";
import { type DocumentKind, readDocument, wrongPart } from "./read-document.ts";

/** What all nodes reported at one time. */
export interface Snapshot {
  readonly topology: Topology;
  /** Views of nodes that are no members. */
  readonly newcomers: readonly NodeView[];
  readonly functionsAt: ReadonlySet<string>;
}

/** A snapshot file whose shape has been checked. */
interface SnapshotRecord {
  readonly views: TopologyRecord;
  readonly asides: readonly TopologyRecord[];
  readonly functionsAt: readonly string[];
}

/**
 * The snapshot that a file holds.
 *
 * @throws UsageError, with line and column, for a file that is damaged or of another kind.
 */
export async function readSnapshot(
  path: string,
  { schemas, refuse }: { readonly schemas: readonly object[]; readonly refuse?: (text: string) => void },
): Promise<Snapshot> {
  const kind: DocumentKind = {
    kind: "slotctl-snapshot",
    name: "snapshot",
    anew: "Take it anew: slotctl snapshot SEED > FILE",
    schemas,
    refuse,
  };
  const { fields, file } = await readDocument(path, kind);
  const { views, asides, functionsAt } = fields as unknown as SnapshotRecord;
  try {
    return {
      topology: topologyOfRecord(views),
      newcomers: asides
        .map(topologyOfRecord)
        .flatMap((aside) => reachedNodes(aside).flatMap(({ view }) => view ?? [])),
      functionsAt: new Set(functionsAt),
    };
  } catch (error) {
    if (!(error instanceof SlotctlError || error instanceof RangeError)) throw error;
    throw await wrongPart(file, {
      at: ["views"],
      what: `say what cannot be: ${error.message.replace(/\.$/, "")}`,
    });
  }
}
