import type { NodeView } from "./node-view.ts";
import { isServerFrom } from "./server-version.ts";

/** Since 8.0 Valkey carries SETSLOT out only once the node's replicas have it, and its client waits meanwhile. */
export function waitsForReplicas(view: NodeView): boolean {
  const hasReplicas = view.lines.some(({ primaryId }) => primaryId === view.self.id);
  return hasReplicas && isServerFrom(view, { engine: "valkey", from: [8, 0] });
}
