import type { NodeView } from "../cluster/node-view.ts";
import { SLOT_COUNT } from "../cluster/slot-set.ts";
import { type ClusterNode, isGhost, shardsOf, type Topology } from "../cluster/topology.ts";
import { nodeName, shortId } from "../cluster/node-name.ts";
import type { Canvas } from "./canvas.ts";
import { cutList, heldTogether, wrapText } from "./fit-text.ts";
import { countOf, formatBytes, formatNumber } from "./format-number.ts";
import { type Condition, nodeCondition } from "./node-condition.ts";
import { type Cell, type Column, renderTable } from "./table.ts";
import type { Paint, Theme } from "./theme.ts";
import { totalsOf } from "./topology-totals.ts";

/** Shards in the order of their slots, each with its replicas behind it, and a line of totals. */
export function renderTopology(topology: Topology, { theme, columns }: Canvas): string[] {
  const server = serverColumn(topology);
  const rows = placedNodes(topology).map((placed) => rowOf(placed, { topology, theme, server }));
  return [
    ...renderTable(columnsFor(theme, server), rows, { width: columns, heading: theme.dim }),
    "",
    ...totalsLines(topology, { theme, columns }),
  ];
}

interface PlacedNode {
  readonly node: ClusterNode;
  /** Where a replica hangs under its primary; none for a node that stands by itself. */
  readonly branch: "middle" | "last" | undefined;
}

function placedNodes(topology: Topology): PlacedNode[] {
  const placed = shardsOf(topology).flatMap(({ primary, replicas }): PlacedNode[] => [
    { node: primary, branch: undefined },
    ...replicas.map((node, at) => ({
      node,
      branch: at === replicas.length - 1 ? ("last" as const) : ("middle" as const),
    })),
  ]);
  const known = new Set(placed.map(({ node }) => node));
  const strays = topology.nodes.filter((node) => !known.has(node));
  return [...placed, ...strays.map((node) => ({ node, branch: undefined }))];
}

interface ServerColumn {
  readonly title: string;
  readonly text: (view: NodeView) => string;
}

/** Servers have a column only where nodes differ, and engines are named there only if they do; else the totals say it. */
function serverColumn(topology: Topology): ServerColumn | undefined {
  const { engines, servers } = totalsOf(topology);
  if (servers.length < 2) return undefined;
  return engines.length < 2
    ? { title: "VERSION", text: (view) => view.version }
    : { title: "SERVER", text: (view) => `${view.engine} ${view.version}` };
}

function columnsFor(theme: Theme, server: ServerColumn | undefined): Column[] {
  const ellipsis = theme.glyphs.ellipsis;
  return [
    { title: "NODE" },
    { title: "ID" },
    { title: "ROLE", dropRank: 2 },
    { title: "SLOTS", align: "right" },
    // As wide as one range of large slots and how many more there are: `16343-16383 …+12`.
    { title: "RANGES", widthMin: 16, fit: (text, width) => cutList(text, { width, ellipsis }) },
    { title: "KEYS", align: "right" },
    { title: "MEMORY", align: "right", dropRank: 1 },
    ...(server ? [{ title: server.title }] : []),
    { title: "STATE" },
  ];
}

function rowOf(
  { node, branch }: PlacedNode,
  { topology, theme, server }: { topology: Topology; theme: Theme; server: ServerColumn | undefined },
): Cell[] {
  const { view } = node;
  const condition = nodeCondition(node, topology);
  const quiet = branch === undefined ? {} : { paint: theme.dim };
  const slotCount = node.slots.size > 0 || node.role === "primary" ? formatNumber(node.slots.size) : "";
  return [
    addressCell({ node, branch }, theme),
    { text: shortId(node.id), paint: theme.dim },
    { text: isGhost(node) ? "" : node.role, ...quiet },
    { text: slotCount, ...quiet },
    { text: node.slots.toString(), paint: theme.slots },
    { text: view ? formatNumber(view.keys) : "", ...quiet },
    { text: view ? formatBytes(view.memoryBytes) : "", ...quiet },
    ...(server ? [{ text: view ? server.text(view) : "", ...quiet }] : []),
    { text: condition.text, paint: conditionPaint(condition, theme) },
  ];
}

function addressCell({ node, branch }: PlacedNode, theme: Theme): Cell {
  // An id stands in the next column already.
  const name = node.address ? nodeName(node) : "(no address)";
  if (branch === undefined) return { text: name, paint: theme.address };
  const twig = branch === "last" ? theme.glyphs.lastBranch : theme.glyphs.branch;
  return { text: `${twig}${name}`, paint: () => `${theme.dim(twig)}${theme.address(name)}` };
}

function conditionPaint({ severity }: Condition, theme: Theme): Paint {
  return theme[severity];
}

function totalsLines(topology: Topology, { theme, columns }: Canvas): string[] {
  const totals = totalsOf(topology);
  const shards = countOf(totals.primaries, "shard");
  const covered = `${formatNumber(totals.slotsCovered)} of ${formatNumber(SLOT_COUNT)} slots covered`;
  const coveredPaint = totals.slotsCovered === SLOT_COUNT ? theme.ok : theme.error;
  const text = [
    shards,
    countOf(topology.nodes.length, "node"),
    covered,
    countOf(totals.keys, "key"),
    formatBytes(totals.memoryBytes),
    ...totals.servers,
  ]
    .map(heldTogether)
    .join(", ");
  return wrapText(text, columns).map((line) =>
    line.replace(shards, theme.strong).replace(covered, coveredPaint),
  );
}
