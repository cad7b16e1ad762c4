import { nodeName } from "../cluster/node-name.ts";
import type { SlotSet } from "../cluster/slot-set.ts";
import type { ClusterNode, Topology } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import { chooseMover, type MoverChoice, type Obstacle } from "./choose-mover.ts";
import { MOVER_COMMANDS, type MoverWish } from "./mover.ts";
import { obstacleText, wayAround } from "./obstacle-text.ts";
import type { PlanNote } from "./plan.ts";

/** Slots that go from one node to another. */
export interface PairSlots {
  readonly from: ClusterNode;
  readonly to: ClusterNode;
  readonly slots: SlotSet;
}

export interface PairChoice extends PairSlots, MoverChoice {}

/**
 * The mover of each pair, as it was asked for: `auto` takes the best that a pair can have.
 *
 * @throws Refused when `atomic` was asked for and a pair cannot have it; all such pairs are named.
 */
export function pickMovers(
  pairs: readonly PairSlots[],
  { wish, basis }: { readonly wish: MoverWish; readonly basis: Topology },
): PairChoice[] {
  if (wish === "classic") return pairs.map((pair) => ({ ...pair, mover: "classic", obstacle: undefined }));
  const choices = pairs.map((pair) => ({ ...pair, ...chooseMover(pair) }));
  const obstacles = joinObstacles(choices);
  if (wish === "atomic" && obstacles.length > 0) throw atomicRefusal(obstacles, basis);
  return choices;
}

/** One note for each reason: what most pairs do first. As much as was asked for is no news. */
export function moverNotes(
  choices: readonly PairChoice[],
  { wish }: { readonly wish: MoverWish },
): PlanNote[] {
  if (wish !== "auto") return [];
  const atomic = choices.filter(({ obstacle }) => obstacle === undefined);
  const [first] = atomic;
  return [
    ...(first
      ? [
          {
            kind: "moves-atomically" as const,
            mover: first.mover,
            pairs: atomic.length,
            ofPairs: choices.length,
          },
        ]
      : []),
    ...joinObstacles(choices).map(({ code, nodeIds, modules, pairs }) => ({
      kind: "moves-classically" as const,
      mover: "classic" as const,
      reason: code,
      nodes: nodeIds,
      modules,
      pairs,
      ofPairs: choices.length,
    })),
  ];
}

interface JoinedObstacle extends Obstacle {
  /** How many pairs it stands in the way of. */
  readonly pairs: number;
}

function joinObstacles(choices: readonly PairChoice[]): JoinedObstacle[] {
  const obstacles = choices.flatMap(({ obstacle }) => (obstacle ? [obstacle] : []));
  return [...Map.groupBy(obstacles, ({ code }) => code)].map(([code, group]) => ({
    code,
    nodeIds: [...new Set(group.flatMap(({ nodeIds }) => nodeIds))],
    modules: [...new Set(group.flatMap(({ modules }) => modules))],
    pairs: group.length,
  }));
}

function atomicRefusal(obstacles: readonly JoinedObstacle[], basis: Topology): Refused {
  const ids = new Set(obstacles.flatMap(({ nodeIds }) => nodeIds));
  const [node, ...more] = basis.nodes.filter(({ id }) => ids.has(id));
  const told = obstacles.map((obstacle) => obstacleText(obstacle, basis));
  return new Refused(`Slots cannot move atomically as asked: ${told.join("; ")}.`, {
    code: "atomic-unavailable",
    node: node && more.length === 0 ? nodeName(node) : undefined,
    hint: `${obstacles.map(({ code }) => wayAround[code]).join(" ")} With --mover auto these pairs take ${MOVER_COMMANDS.classic}, and all others move atomically.`,
  });
}
