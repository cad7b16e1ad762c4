import type { Engine } from "../cluster/node-view.ts";

/** A local cluster, as far as it is shown. */
export interface ShownLocal {
  readonly name: string;
  readonly directory: string;
  readonly serverPath: string;
  readonly engine: Engine;
  readonly version: string;
  readonly nodes: readonly ShownLocalNode[];
}

interface ShownLocalNode {
  readonly address: string;
  readonly directory: string;
  /** Undefined for a node that does not run. */
  readonly pid: number | undefined;
}

/** `local` in the data of `local up`, and an item of `local list`. */
export function localJson({ name, directory, serverPath, engine, version, nodes }: ShownLocal) {
  return {
    name,
    directory,
    serverPath,
    engine,
    version,
    nodes: nodes.map((node) => ({ ...node, pid: node.pid ?? null, running: node.pid !== undefined })),
  };
}
