import { formatAddress } from "../cluster/address.ts";
import type { Topology } from "../cluster/topology.ts";
import type { Drift } from "../plan/find-drift.ts";
import type { Canvas } from "./canvas.ts";
import type { DescribedProblem } from "./describe-problem.ts";
import { hangText, wrapText } from "./fit-text.ts";
import { countOf, formatNumber } from "./format-number.ts";
import { problemJson } from "./json-check.ts";
import { nameInTopology } from "./name-in-topology.ts";
import { renderProblems } from "./render-problems.ts";

/** What a cluster was held against a file with. */
interface Held {
  readonly topology: Topology;
  readonly file: string;
  /** A node to put into commands. */
  readonly seed: string;
  /** What is wrong with the cluster itself, whatever the file says. */
  readonly problems: readonly DescribedProblem[];
}

/** In what a cluster is not as its file says, a line each, and what is wrong with it besides. */
export function renderDrift(drift: readonly Drift[], held: Canvas & Held): string[] {
  const { problems } = held;
  if (problems.length === 0) return driftLines(drift, held);
  return [
    ...renderProblems(problems, held),
    "",
    ...(drift.length > 0
      ? driftLines(drift, held)
      : wrapText(
          `Nothing is different from what ${held.file} says, but the cluster is not in order. What can be repaired: slotctl fix ${held.seed} --dry-run`,
          held.columns,
        ).map((line) => held.theme.strong(line))),
  ];
}

function driftLines(
  drift: readonly Drift[],
  { topology, file, theme, columns }: Canvas & Pick<Held, "topology" | "file">,
): string[] {
  if (drift.length === 0) return [theme.strong(`The cluster is as ${file} says.`)];
  return [
    ...drift.flatMap((one) => hangText("  ", describeDrift(one, topology), columns)),
    "",
    ...wrapText(
      `${countOf(drift.length, "difference")}. What would be done about it: slotctl plan ${file}`,
      columns,
    ).map((line) => theme.strong(line)),
  ];
}

/** The document: what is different, with a stable word for each kind. */
export function driftJson(
  drift: readonly Drift[],
  { topology, problems }: Pick<Held, "topology" | "problems">,
) {
  return {
    state: drift.length + problems.length === 0 ? ("same" as const) : ("different" as const),
    differences: drift.map((one) => ({
      kind: one.kind,
      message: describeDrift(one, topology),
      node: "address" in one ? formatAddress(one.address) : nameInTopology(topology, one.nodeId),
      ...("shard" in one ? { shard: one.shard } : {}),
      ...("setting" in one ? { setting: one.setting } : {}),
    })),
    problems: problems.map(problemJson),
  };
}

function describeDrift(drift: Drift, topology: Topology): string {
  const name = (id: string) => nameInTopology(topology, id);
  switch (drift.kind) {
    case "node-missing": {
      const node = formatAddress(drift.address);
      return `${node} is not in the cluster${drift.answers ? "" : ", and does not answer"}.`;
    }
    case "node-not-in-file":
      return `${name(drift.nodeId)} is in the cluster, and the file does not name it.`;
    case "node-in-other-shard":
      return `${name(drift.nodeId)} is no replica in ${drift.shard}.`;
    case "other-primary":
      return `The primary of ${drift.shard} is ${name(drift.nodeId)}, not ${name(drift.wantedId)}.`;
    case "other-share":
      return `${drift.shard} (${name(drift.nodeId)}) has ${countOf(drift.slots, "slot")}, not ${formatNumber(drift.wantedSlots)}.`;
    case "other-setting":
      return drift.value === undefined
        ? `${name(drift.nodeId)} does not tell its ${drift.setting}.`
        : `${name(drift.nodeId)} has ${drift.setting} ${drift.value}, not ${drift.wantedValue}.`;
  }
}
