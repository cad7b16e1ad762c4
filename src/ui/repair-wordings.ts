import { listNames } from "../cluster/node-name.ts";
import type { Topology } from "../cluster/topology.ts";
import type {
  NodeEvidence,
  RepairReason,
  RepairRisk,
  RepairRule,
  SlotsEvidence,
} from "../plan/repair-reason.ts";
import { countOf, formatNumber } from "./format-number.ts";
import { nameInTopology } from "./name-in-topology.ts";

/** Why a repair is right, as sentences: what the nodes say, the rule that follows, and what it can cost. */
export function describeReason(reason: RepairReason, basis: Topology): string[] {
  const states = reason.slots.slice(0, STATES_TOLD_MAX).map((state) => stateText(state, basis));
  const more = reason.slots.length - states.length;
  return [
    ...states,
    ...(more > 0 ? [`And ${countOf(more, "more such state")} of slots.`] : []),
    ...(reason.node ? [nodeText(reason.node, basis)] : []),
    ruleText(reason),
    ...(reason.risk === "none" ? [] : [`Risk: ${RISKS[reason.risk]}`]),
  ];
}

const STATES_TOLD_MAX = 2;

/** A repair of several slots speaks of each of them; of one node, of that. */
function ruleText({ rule, slots }: RepairReason): string {
  const isOne = slots.reduce((sum, state) => sum + state.slots.size, 0) <= 1;
  const text = RULES[rule];
  return typeof text === "string" ? text : isOne ? text.one : text.several;
}

const RULES: Readonly<Record<RepairRule, string | { readonly one: string; readonly several: string }>> = {
  "finish-move": {
    one: "Both sides say that it was on its way: it goes on to where it was going.",
    several: "Both sides say that they were on their way: they go on to where they were going.",
  },
  "finish-migration": {
    one: "The servers move it by themselves: they are waited for.",
    several: "The servers move them by themselves: they are waited for.",
  },
  "owner-has-all-keys": {
    one: "No other node holds a key of it: it stays with its owner.",
    several: "No other node holds a key of them: they stay with their owner.",
  },
  "only-owner": {
    one: "One node says that it owns it: it stays there, and keys elsewhere go there.",
    several: "One node says that it owns them: they stay there, and keys elsewhere go there.",
  },
  "only-holder": {
    one: "One node holds all keys of it: it gets the slot.",
    several: "One node holds all keys of them: it gets the slots.",
  },
  "most-keys": {
    one: "Nobody says that it owns it: it goes to the node with most keys, and the other keys too.",
    several:
      "Nobody says that it owns them: each goes to the node with most keys of it, and the other keys too.",
  },
  "fewest-slots": {
    one: "Nobody says that it owns it or holds a key of it: it goes to a node with fewest slots.",
    several: "Nobody says that it owns them or holds a key of them: they go to those with fewest slots.",
  },
  "highest-epoch": {
    one: "Several say that they own it: the highest config epoch wins, as among the nodes themselves.",
    several: "Several say that they own them: the highest config epoch wins, as among the nodes themselves.",
  },
  "no-node-behind": "There is no such node any more: its name is forgotten.",
  "was-reset": "It was reset and owns nothing: a removal that died is finished.",
  "is-a-member": "It answers and belongs to the cluster: whoever does not know it is introduced.",
  "needs-a-primary": "It follows no primary: it gets the one it would get when it was added.",
  "primary-closed-it": {
    one: "Only a replica still says so; its primary has closed it and says so once more.",
    several: "Only a replica still says so; its primary has closed them and says so once more.",
  },
};

const RISKS: Readonly<Record<RepairRisk, string>> = {
  none: "none.",
  "gives-up-unreached":
    "what the nodes that do not answer hold of these slots is lost, also when they come back (--unreachable-ok).",
  "one-value-stays":
    "of keys with several values one stays (--on-conflict); the others are saved to a file first.",
  "replaces-data": "its data set is replaced by that of its new primary.",
};

/** What the plan's reader is told of slots in one state. */
function stateText({ slots, claims, dissent, open, keys }: SlotsEvidence, basis: Topology): string {
  const name = (id: string) => nameInTopology(basis, id);
  const them = slots.size === 1 ? "it" : "them";
  const said = [
    claims.length === 0
      ? `nobody says that it owns ${them}`
      : claims
          .map(({ nodeId, epoch }) => `${name(nodeId)} owns ${them} (epoch ${formatNumber(epoch)})`)
          .join(", "),
    ...dissent.map(({ ownerId, byIds }) => {
      const who = listNames(byIds.map(name));
      return ownerId === undefined
        ? `nobody, in the view of ${who}`
        : `${name(ownerId)}, in the view of ${who}`;
    }),
    ...open.map(({ nodeId, direction, peerId }) =>
      direction === "importing"
        ? `${name(nodeId)} imports from ${name(peerId)}`
        : `${name(nodeId)} migrates to ${name(peerId)}`,
    ),
    keys.length === 0
      ? "no keys"
      : `keys: ${keys.map(({ nodeId, keys: held }) => `${formatNumber(held)} at ${name(nodeId)}`).join(", ")}`,
  ];
  return `${slots.size === 1 ? "Slot" : "Slots"} ${slots.toString()}: ${said.join("; ")}.`;
}

function nodeText({ knownToIds, unknownToIds, primaryId }: NodeEvidence, basis: Topology): string {
  const names = (ids: readonly string[]) => listNames(ids.map((id) => nameInTopology(basis, id)));
  const said = [
    ...(knownToIds.length > 0 ? [`known to ${names(knownToIds)}`] : []),
    ...(unknownToIds.length > 0 ? [`unknown to ${names(unknownToIds)}`] : []),
    ...(primaryId === undefined ? [] : [`follows ${names([primaryId])}`]),
  ].join("; ");
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
}
