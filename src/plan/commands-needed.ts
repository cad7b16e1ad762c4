import { type Address, formatAddress } from "../cluster/address.ts";
import type { NeededCommand } from "../cluster/needed-command.ts";
import { isServerFrom } from "../cluster/server-version.ts";
import { reachedNodes } from "../cluster/topology.ts";
import type { Plan } from "./plan.ts";
import type { Step } from "./step.ts";

export interface NodeNeeds {
  readonly address: Address;
  readonly commands: readonly NeededCommand[];
}

/**
 * What each node must carry out for the plan to succeed. The server's own migration is left out: it says so itself,
 * before anything is done, and where it may there is another mover to take its place. Left out is as well what a step
 * can do without. PING is in it although slots would move without: nobody would notice how long clients wait.
 */
export function commandsNeeded(plan: Plan): NodeNeeds[] {
  const needs = new Map<string, { address: Address; commands: Set<NeededCommand> }>();
  const hiding = new Set(
    reachedNodes(plan.basis).flatMap(({ view }) =>
      view && isServerFrom(view, { engine: "redis", from: [8, 4] }) ? [formatAddress(view.address)] : [],
    ),
  );
  for (const [address, commands] of plan.steps.flatMap(needsOf)) {
    const name = formatAddress(address);
    const known = needs.get(name) ?? { address, commands: new Set() };
    needs.set(name, known);
    for (const command of commands) known.commands.add(command);
    // Redis 8.4 and later counts the keys of a slot that is closed only in the transaction that closes it.
    if (known.commands.has("CLUSTER SETSLOT") && hiding.has(name)) known.commands.add("EXEC");
  }
  return [...needs.values()].map(({ address, commands }) => ({ address, commands: [...commands] }));
}

type Need = readonly [address: Address, commands: readonly NeededCommand[]];

function needsOf(step: Step): Need[] {
  switch (step.kind) {
    case "meet":
      return [[step.node.address, ["CLUSTER MEET"]]];
    case "assign-slots":
      return [[step.node.address, ["CLUSTER ADDSLOTS"]]];
    case "set-epoch":
      return [[step.node.address, ["CLUSTER SET-CONFIG-EPOCH"]]];
    // New primaries are only hastened with CONFIG, where that is allowed.
    case "await-ok":
      return [];
    case "replicate":
      return [[step.replica.address, ["CLUSTER REPLICATE"]]];
    case "move-slots":
      return step.mover === "classic"
        ? [
            [step.from.address, [...SENDS, "PING"]],
            [step.to.address, [...TAKES, "PING"]],
          ]
        : [
            [step.from.address, ["CLUSTER COUNTKEYSINSLOT", "PING"]],
            [step.to.address, ["PING"]],
          ];
    case "gather-keys":
      return [
        [step.from.address, SENDS],
        [step.to.address, TAKES],
      ];
    case "settle-slot":
      return [step.owner, ...step.openAt].map(({ address }) => [address, MARKS]);
    case "claim-slots":
      return [
        [step.owner.address, [...MARKS, "CLUSTER ADDSLOTS"]],
        ...step.rivals.map(({ address }): Need => [address, [...MARKS, "CLUSTER DELSLOTS"]]),
      ];
    case "failover":
      return [[step.replica.address, ["CLUSTER FAILOVER"]]];
    case "forget":
      return step.by.map(({ address }) => [address, ["CLUSTER FORGET"]]);
    case "reset":
    case "renew-id":
      return [[step.node.address, ["CLUSTER RESET"]]];
    case "load-functions":
      return [[step.to.address, ["FUNCTION RESTORE"]]];
    case "set-config":
      return [[step.node.address, ["CONFIG GET", "CONFIG SET"]]];
  }
}

const MARKS: readonly NeededCommand[] = ["CLUSTER SETSLOT", "CLUSTER COUNTKEYSINSLOT"];
const SENDS: readonly NeededCommand[] = [...MARKS, "CLUSTER GETKEYSINSLOT", "MIGRATE"];
const TAKES: readonly NeededCommand[] = [...MARKS, "SELECT", "RESTORE-ASKING"];
