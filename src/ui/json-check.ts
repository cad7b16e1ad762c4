import type { Loss } from "../cluster/find-losses.ts";
import type { Topology } from "../cluster/topology.ts";
import type { DescribedProblem } from "./describe-problem.ts";
import { infoJson } from "./json-info.ts";

/** `check.data` of the contract. Notes alone do not make a problem of a cluster. */
export function checkJson(
  topology: Topology,
  described: readonly DescribedProblem[],
  losses: readonly Loss[],
) {
  const isTrouble = described.some(({ severity }) => severity !== "info");
  return {
    ...infoJson(topology),
    state: isTrouble ? "problems" : "ok",
    problems: described.map(problemJson),
    losses: losses.map(lossJson),
  } as const;
}

function lossJson({ level, place, nodeIds, slotsLost, slotsTakenOver, isQuorumLost }: Loss) {
  return {
    level,
    place,
    nodes: [...nodeIds],
    slotsLost: slotsLost.toString(),
    slotsLostCount: slotsLost.size,
    slotsTakenOverCount: slotsTakenOver.size,
    quorumLost: isQuorumLost,
  };
}

export function problemJson({ code, severity, message, nodes, slots, hint }: DescribedProblem) {
  return { code, severity, message, nodes: [...nodes], ...(slots === undefined ? {} : { slots }), hint };
}
