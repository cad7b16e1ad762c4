import { formatAddress } from "../cluster/address.ts";
import type { Topology } from "../cluster/topology.ts";
import type { FailoverMode, NodeRef, Step } from "../plan/step.ts";
import { listNames, nodeName } from "../cluster/node-name.ts";
import { countOf, formatNumber } from "./format-number.ts";
import { nameInTopology } from "./name-in-topology.ts";
import { cutList } from "./fit-text.ts";

/** One step as a line without colour; `basis` gives names to ids. Long lists of slots and nodes are cut. */
export function describeStep(
  step: Step,
  {
    basis,
    ellipsis,
    arrow,
    widthMax,
  }: { basis: Topology; ellipsis: string; arrow: string; widthMax: number },
): string {
  const withSlots = (head: string, slots: string) =>
    slots === "" ? head : `${head}  ${cutList(slots, { width: widthMax - head.length - 2, ellipsis })}`;
  const withNodes = (head: string, named: readonly NodeRef[]) =>
    `${head} ${listNames(named.map(nodeName), widthMax - head.length - 1)}`;
  switch (step.kind) {
    case "meet":
      return withNodes(`${name(step.node)} meets`, step.peers);
    case "assign-slots":
      return withSlots(`${name(step.node)} takes ${countOf(step.slots.size, "slot")}`, step.slots.toString());
    case "set-epoch":
      return `${name(step.node)} starts with epoch ${formatNumber(step.epoch)}`;
    case "replicate":
      return `${name(step.replica)} follows ${name(step.primary)}`;
    case "await-ok":
      return `${name(step.node)} takes writes`;
    case "move-slots":
      return withSlots(
        `${name(step.from)} ${arrow} ${name(step.to)}  ${countOf(step.slots.size, "slot")}`,
        step.slots.toString(),
      );
    case "settle-slot": {
      if (step.openAt.length === 0) {
        return withSlots(
          `${countOf(step.slots.size, "slot")} must have arrived at ${name(step.owner)}`,
          step.slots.toString(),
        );
      }
      const where = listNames(step.openAt.map(nodeName));
      return withSlots(
        `${countOf(step.slots.size, "slot")} of ${name(step.owner)} no longer open at ${where}`,
        step.slots.toString(),
      );
    }
    case "claim-slots": {
      const from = step.rivals.length === 0 ? "" : `, not ${listNames(step.rivals.map(nodeName))}`;
      return withSlots(
        `${name(step.owner)} owns ${countOf(step.slots.size, "slot")}${from}`,
        step.slots.toString(),
      );
    }
    case "gather-keys":
      return withSlots(
        `${name(step.from)} ${arrow} ${name(step.to)}  keys of ${countOf(step.slots.size, "slot")}`,
        step.slots.toString(),
      );
    case "failover":
      return `${name(step.replica)} takes over from ${nameInTopology(basis, step.primaryId)}${modeWords[step.mode]}`;
    case "forget":
      return withNodes(`${nodeName(step.node)} is forgotten by`, step.by);
    case "reset":
      return `${name(step.node)} becomes an empty node of its own`;
    case "renew-id":
      return `${name(step.node)} takes a new id, so that it can be added again`;
    case "load-functions":
      return `${name(step.to)} gets the functions of ${name(step.from)}`;
    case "set-config": {
      const change = `${name(step.node)}: ${step.setting} ${step.before} ${arrow} ${step.value}`;
      return step.keep ? change : `${change}, until it is started anew`;
    }
  }
}

const modeWords: Record<FailoverMode, string> = {
  graceful: "",
  force: ", without asking it (force)",
  takeover: ", without asking anybody (takeover)",
};

function name(node: NodeRef): string {
  return formatAddress(node.address);
}
