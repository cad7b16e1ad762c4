import type { SettingGroup } from "../cluster/problem.ts";
import { namesOf } from "./name-in-topology.ts";
import type { ProblemContext, Wordings } from "./problem-wording.ts";
import { serverCommand } from "./server-command.ts";
import { shellWord } from "./shell-word.ts";

type SettingCode =
  | "epochs-collide"
  | "versions-differ"
  | "settings-differ"
  | "node-timeout-short"
  | "replication-password-wrong"
  | "memory-nearly-full";

export const settingWordings: Wordings<SettingCode> = {
  "epochs-collide": ({ nodeIds, epoch }, context) => ({
    message: `${namesOf(nodeIds, context)} own slots with the same config epoch ${epoch}.`,
    hint: `They settle it by themselves within seconds. If it stays: ${serverCommand(nodeIds[0] ?? "", "CLUSTER BUMPEPOCH", context)}`,
  }),
  "versions-differ": ({ groups }, context) => {
    const shown = groups
      .slice(0, 3)
      .map(({ engine, version, nodeIds }) => `${engine} ${version} on ${namesOf(nodeIds, context)}`);
    return {
      message: `The nodes run different versions: ${withMore(shown, groups.length)}.`,
      hint: `Bring all nodes to one version, replicas first; see who runs what: slotctl info ${context.seed}`,
    };
  },
  "settings-differ": ({ setting, groups }, context) => ({
    message: settingText(setting, groups, context),
    hint: hintForSetting(setting, groups, context),
  }),
  "node-timeout-short": ({ nodeIds, timeoutMs }, context) => ({
    message: `${namesOf(nodeIds, context)} ${nodeIds.length === 1 ? "takes" : "take"} others for dead after ${timeoutMs} ms of silence: any hiccup can start a failover.`,
    hint: `Where it was not meant (15000 is the server's default): ${serverCommand(nodeIds[0] ?? "", "CONFIG SET cluster-node-timeout 15000", context)}`,
  }),
  "replication-password-wrong": ({ nodeIds }, context) => ({
    message: `The masterauth of ${namesOf(nodeIds, context)} is not the requirepass of every other node: replication breaks when the wrong one fails over.`,
    hint: `Set both alike everywhere: ${serverCommand(nodeIds[0] ?? "", "CONFIG SET masterauth PASSWORD", context)}, then CONFIG REWRITE`,
  }),
  "memory-nearly-full": ({ nodeIds, policy, fullestPercent }, context) => ({
    message: `${namesOf(nodeIds, context)} ${nodeIds.length === 1 ? "is" : "are"} at ${fullestPercent} % of maxmemory${
      nodeIds.length === 1 ? "" : " or a little less"
    }: ${consequence[policy ?? "unknown"] ?? `keys are evicted (${policy})`}.`,
    hint: `Add a primary and spread the slots: slotctl add-node NEW ${context.seed}, then slotctl rebalance ${context.seed} --use-empty`,
  }),
};

const consequence: Readonly<Record<string, string>> = {
  noeviction: "writes will be refused (noeviction)",
  unknown: "keys are evicted or writes refused, as maxmemory-policy says",
};

/** Of secrets it is only known who has the same. */
function settingText(setting: string, groups: readonly SettingGroup[], context: ProblemContext): string {
  const shown = groups.slice(0, 3);
  if (groups[0]?.value === undefined) {
    return `Setting ${setting} is not the same on ${shown.map(({ nodeIds }) => namesOf(nodeIds, context)).join(" as on ")}.`;
  }
  const values = shown.map(
    ({ value, nodeIds }) => `${value === "" ? '""' : value} on ${namesOf(nodeIds, context)}`,
  );
  return `Setting ${setting} differs: ${withMore(values, groups.length)}.`;
}

/** Towards what most have; which value is right, only the operator knows. */
function hintForSetting(setting: string, groups: readonly SettingGroup[], context: ProblemContext): string {
  const [most, other] = groups;
  const value = most?.value === undefined ? "VALUE" : shellWord(most.value);
  const command = serverCommand(other?.nodeIds[0] ?? "", `CONFIG SET ${setting} ${value}`, context);
  return `If it should be the same everywhere: ${command}, then CONFIG REWRITE`;
}

function withMore(shown: readonly string[], total: number): string {
  const hidden = total - shown.length;
  return `${shown.join("; ")}${hidden > 0 ? `; and ${hidden} more` : ""}`;
}
