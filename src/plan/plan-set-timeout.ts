import { unreachedCode } from "../cluster/how-unreached.ts";
import { listNames, nodeName } from "../cluster/node-name.ts";
import { settingIn } from "../cluster/settings.ts";
import { type ClusterNode, isGhost, reachedNodes, type Topology, whyUnreached } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import { notToldNotes } from "./not-told-notes.ts";
import { refOf } from "./node-ref.ts";
import type { Plan, PlanNote } from "./plan.ts";
import type { StepOf } from "./step.ts";

export interface SetTimeoutWish {
  readonly timeoutMs: number;
  /** Leave nodes out that do not answer. */
  readonly unreachableOk: boolean;
  /** Have nodes that have the value already write it to their config files all the same. */
  readonly rewriteAll?: boolean;
}

const SETTING = "cluster-node-timeout";
/** Pauses of a healthy server seldom last longer. */
const SHORT_MS = 3000;
/** Longer than that hardly anybody wants to be without a primary. */
const LONG_MS = 60_000;

/**
 * Gives every node the same cluster-node-timeout; nothing to do for one that has it.
 *
 * @param topology observed with settings.
 * @throws Refused while a node does not answer, unless that is wanted, or does not tell its settings: with different
 *   values some nodes would take others for dead when the rest do not.
 */
export function planSetTimeout({
  topology,
  wish,
}: {
  readonly topology: Topology;
  readonly wish: SetTimeoutWish;
}): Plan {
  if (!wish.unreachableOk) refuseUnreached(topology);
  refuseUntold(topology);
  const value = String(wish.timeoutMs);
  const isDone = (node: ClusterNode) =>
    timeoutOf(node) === value && !(wish.rewriteAll === true && keepsSettings(node));
  const [done, others] = divide(reachedNodes(topology), isDone);
  const steps = others.map((node): StepOf<"set-config"> => ({
    kind: "set-config",
    node: refOf(node),
    setting: SETTING,
    value,
    before: timeoutOf(node) ?? "",
    keep: keepsSettings(node),
  }));
  const notes = [
    ...settingNotes({ done, others, value }),
    ...timeoutNotes(wish.timeoutMs),
    ...notToldNotes(topology, new Set()),
  ];
  return { command: "set-timeout", basis: topology, steps, notes };
}

function timeoutOf({ view }: ClusterNode): string | undefined {
  return view && settingIn(view, SETTING);
}

function keepsSettings({ view }: ClusterNode): boolean {
  return view?.hasConfigFile !== false;
}

function refuseUnreached(topology: Topology): void {
  const missing = topology.nodes.filter((node) => !node.view && !isGhost(node));
  const [first] = missing;
  if (!first) return;
  const told = missing.map((node) => `${nodeName(node)} (${whyUnreached(node)})`);
  throw new Refused(`Not every node answers: ${listNames(told, 200)}.`, {
    code: unreachedCode(first),
    node: missing.length === 1 ? nodeName(first) : undefined,
    hint: "Bring them back first, or leave them as they are with --unreachable-ok: then run the same command again once they are back.",
  });
}

function refuseUntold(topology: Topology): void {
  const untold = reachedNodes(topology).filter((node) => timeoutOf(node) === undefined);
  const [first] = untold;
  if (!first) return;
  throw new Refused(
    `${listNames(untold.map(nodeName), 200)} will not tell ${SETTING}: CONFIG GET is refused.`,
    {
      code: "config-forbidden",
      node: untold.length === 1 ? nodeName(first) : undefined,
      hint: "The user needs the right to run CONFIG GET, CONFIG SET and CONFIG REWRITE on every node; where CONFIG is renamed, set it in the node's config file.",
    },
  );
}

function divide<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

function settingNotes({
  done,
  others,
  value,
}: {
  done: readonly ClusterNode[];
  others: readonly ClusterNode[];
  value: string;
}): PlanNote[] {
  const idsOf = (nodes: readonly ClusterNode[]) => nodes.map(({ id }) => id);
  const [kept, lost] = divide(others, keepsSettings);
  // That its file has it no node tells. To rewrite all files to be certain would keep what others have set for a while.
  const [already, lostAlready] = divide(done, keepsSettings);
  const forgetful = [...lost, ...lostAlready];
  return [
    ...(already.length > 0
      ? [{ kind: "set-already", setting: SETTING, value, nodes: idsOf(already) } as const]
      : []),
    ...(kept.length > 0 ? [{ kind: "rewrites-config" } as const] : []),
    ...(forgetful.length > 0
      ? [{ kind: "not-kept", setting: SETTING, nodes: idsOf(forgetful) } as const]
      : []),
  ];
}

function timeoutNotes(timeoutMs: number): PlanNote[] {
  if (timeoutMs < SHORT_MS) return [{ kind: "timeout-short", timeoutMs }];
  return timeoutMs > LONG_MS ? [{ kind: "timeout-long", timeoutMs }] : [];
}
