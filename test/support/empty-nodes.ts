import type { NodeLine } from "../../src/cluster/node-line.ts";
import type { NodeView } from "../../src/cluster/node-view.ts";
import { anEmptyNode } from "./a-cluster.ts";

const LETTERS = "abcdefghijklmnop";

/** Empty nodes a, b, c …, each on a host of its own. */
export function emptyNodes(count: number): NodeView[] {
  return Array.from({ length: count }, (_, index) =>
    anEmptyNode(LETTERS.charAt(index), `10.0.0.${index + 1}:7000`),
  );
}

/** The nodes, of which one reports something else. */
export function changed(views: readonly NodeView[], index: number, change: Partial<NodeView>): NodeView[] {
  return views.map((view, at) => (at === index ? { ...view, ...change } : view));
}

/** What a node says of itself, but for this. */
export function withLine(view: NodeView | undefined, line: Partial<NodeLine>): NodeLine {
  if (!view) throw new Error("no such node in the test");
  return { ...view.self, ...line };
}
