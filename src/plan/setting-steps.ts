import { nodeName } from "../cluster/node-name.ts";
import { settingIn } from "../cluster/settings.ts";
import { type ClusterNode, isGhost, reachedNodes } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import { refOf } from "./node-ref.ts";
import type { PlanNote } from "./plan.ts";
import type { StepOf } from "./step.ts";

type SetConfig = StepOf<"set-config">;

/**
 * Gives all nodes that answer the same settings; those that have them are left alone.
 *
 * @param nodes observed with settings.
 * @throws Refused when a node does not tell a setting, or uses more memory than it is to have.
 */
export function settingSteps(
  nodes: readonly ClusterNode[],
  settings: ReadonlyMap<string, string>,
): { readonly steps: readonly SetConfig[]; readonly notes: readonly PlanNote[] } {
  const reached = reachedNodes({ nodes }).filter((node) => !isGhost(node));
  const steps = [...settings].flatMap(([setting, value]) =>
    reached
      .filter((node) => valueOf(node, setting) !== value)
      .map((node): SetConfig => ({
        kind: "set-config",
        node: refOf(node),
        setting,
        value,
        before: valueOf(node, setting),
        keep: node.view?.hasConfigFile !== false,
      })),
  );
  for (const node of reached) refuseTooSmall(node, settings);
  const forgetful = [
    ...Map.groupBy(
      steps.filter(({ keep }) => !keep),
      ({ setting }) => setting,
    ),
  ];
  const notes = forgetful.map(([setting, lost]): PlanNote => ({
    kind: "not-kept",
    setting,
    nodes: lost.map(({ node }) => node.id),
  }));
  return { steps, notes: steps.some(({ keep }) => keep) ? [{ kind: "rewrites-config" }, ...notes] : notes };
}

function valueOf(node: ClusterNode, setting: string): string {
  const value = node.view && settingIn(node.view, setting);
  if (value !== undefined) return value;
  throw new Refused(
    `${nodeName(node)} will not tell ${setting}: CONFIG GET is refused, or it knows no such setting.`,
    {
      code: "config-forbidden",
      node: nodeName(node),
      hint: "The user needs the right to run CONFIG GET, CONFIG SET and CONFIG REWRITE on every node; or take the setting out of the file.",
    },
  );
}

/** Below what it holds already a node deletes keys or refuses writes, whichever its policy is. */
function refuseTooSmall(node: ClusterNode, settings: ReadonlyMap<string, string>): void {
  const limit = settings.get("maxmemory");
  const used = node.view?.memoryBytes ?? 0;
  if (limit === undefined || Number(limit) === 0 || Number(limit) >= used) return;
  throw new Refused(
    `${nodeName(node)} uses ${used} bytes: with maxmemory ${limit} it would delete keys or refuse writes at once.`,
    {
      code: "memory-too-small",
      node: nodeName(node),
      hint: "Give a higher maxmemory, or add shards first and lower it then.",
    },
  );
}
