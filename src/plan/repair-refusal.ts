import { formatAddress } from "../cluster/address.ts";
import { keyName } from "../cluster/key.ts";
import { listNames, nodeName, shortId } from "../cluster/node-name.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import {
  lostOwnersOf,
  nodeById,
  ownersOf,
  replicasOf,
  type Topology,
  whyUnreached,
} from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import type { AbsentNode, StuckRepair } from "./repair-slot.ts";
import { seedOf } from "./repair-hint.ts";
import type { SlotFacts } from "./slot-facts.ts";

export interface StuckSlotRepair {
  readonly facts: SlotFacts;
  readonly why: StuckRepair;
  readonly nodes: readonly AbsentNode[];
}

/** Says which slots could cost keys, why, and how to say what may be lost. */
export function repairRefusal({
  topology,
  stuck,
}: {
  readonly topology: Topology;
  readonly stuck: readonly StuckSlotRepair[];
}): Refused {
  const groups = [...Map.groupBy(stuck, ({ why, nodes }) => `${why} ${nodes.map(({ id }) => id).join(" ")}`)];
  const told = groups.map(([, group]) => groupText(topology, group));
  const more = told.length > TOLD_MAX ? [`${told.length - TOLD_MAX} more such groups of slots.`] : [];
  const reasons = new Set(stuck.map(({ why }) => why));
  const hints = (Object.keys(HINTS) as StuckRepair[])
    .filter((why) => reasons.has(why))
    .map((why) => HINTS[why](topology, stuck));
  return new Refused(
    [`Keys could be lost, so nothing is repaired.`, ...told.slice(0, TOLD_MAX), ...more].join(" "),
    {
      code: codeOf(stuck[0]),
      hint: [...hints, "With --slots only the slots that are named are repaired."].join(" "),
    },
  );
}

const TOLD_MAX = 4;
const KEYS_NAMED_MAX = 5;

function groupText(topology: Topology, group: readonly StuckSlotRepair[]): string {
  const set = SlotSet.of(group.map(({ facts }) => facts.slot));
  const what = `Slot${set.size === 1 ? "" : "s"} ${set.toString()}`;
  const [first] = group;
  if (first?.why === "keys-differ") return `${what}: ${conflictText(topology, group)}.`;
  if (first?.why === "keys-uncounted") return `${what}: ${uncountedText(first.nodes)}.`;
  const nodes = (first?.nodes ?? []).map(({ id, node }) =>
    node ? `${nodeName(node)} (${whyUnreached(node)})` : `${shortId(id)} (no node knows it)`,
  );
  return `${what}: ${listNames(nodes, 200)} may hold keys of ${set.size === 1 ? "it" : "them"}.`;
}

function uncountedText(nodes: readonly AbsentNode[]): string {
  const names = nodes.map(({ id, node }) => nodeName(node ?? { id, address: undefined }));
  return `${listNames(names, 200)} holds keys in some of the slots of others that it marks as leaving, and hides of which`;
}

function conflictText(topology: Topology, group: readonly StuckSlotRepair[]): string {
  const conflicts = group.flatMap(({ facts }) => facts.conflicts);
  const names = conflicts
    .slice(0, KEYS_NAMED_MAX)
    .map(({ key }) => JSON.stringify(keyName(key).slice(0, 60)));
  const more = conflicts.length > names.length ? ` and ${conflicts.length - names.length} more` : "";
  const ids = new Set(conflicts.flatMap(({ nodeIds }) => nodeIds));
  const nodes = [...ids].map((id) => nodeName(nodeById(topology, id) ?? { id, address: undefined }));
  return `${names.join(", ")}${more} with different values at ${listNames(nodes, 200)}`;
}

const HINTS: Readonly<
  Record<StuckRepair, (topology: Topology, stuck: readonly StuckSlotRepair[]) => string>
> = {
  "keys-differ": () =>
    "Look at both values; --on-conflict keep-owner keeps those at the slot's owner, --on-conflict keep-other those at the other node, --on-conflict keep-newest-replica those at the node that has taken over from the other one, where one has; what gives way is saved to a file first.",
  "comes-back": () => "Wait until it has loaded its data, or let slotctl in, and run the same command again.",
  "heard-by-others": () =>
    "It does not answer slotctl, but other nodes hear from it: it may serve clients. Run slotctl where it can reach it; if it is down, wait until the others notice, then start it again or give up what it holds with --unreachable-ok.",
  "replica-can-take-over": (topology, stuck) => `Let a replica take over: ${failoverText(topology, stuck)}.`,
  "unreached-since": (topology) =>
    `It answered when the plan was made: start it again if it can be started. What it holds of these slots is given up only by a new plan: slotctl fix ${seedOf(topology)} --unreachable-ok.`,
  "keys-uncounted": (_, stuck) => uncountedHint(stuck),
  unreached: () =>
    "Start what is down again if it can be started; --unreachable-ok gives up what it holds of these slots.",
};

/** As redis-cli would be told: nobody can do it for slotctl without giving up what the mark says. */
function uncountedHint(stuck: readonly StuckSlotRepair[]): string {
  const [first] = stuck.filter(({ why }) => why === "keys-uncounted");
  const [node] = first?.nodes ?? [];
  const address = node?.node?.view?.address;
  return `Take a mark away with CLUSTER SETSLOT ${first?.facts.slot ?? "SLOT"} STABLE at ${address ? formatAddress(address) : "that node"}: then its keys can be counted, and the same command goes on.`;
}

/** Without a majority of the primaries nobody can vote for the replica. */
function failoverText(topology: Topology, stuck: readonly StuckSlotRepair[]): string {
  const absent = stuck.flatMap(({ nodes }) => nodes);
  const replica = absent.flatMap(({ id }) => replicasOf(topology, id)).find(({ view }) => view !== undefined);
  const hasMajority = lostOwnersOf(topology).length * 2 < ownersOf(topology).length;
  const how = hasMajority ? "--force" : "--takeover";
  return `slotctl failover ${seedOf(topology)} ${replica ? nodeName(replica) : "REPLICA"} ${how}`;
}

/** The code of the problem that `check` reports of the same slots. */
function codeOf(stuck: StuckSlotRepair | undefined): string {
  if (stuck?.why === "keys-differ") return "keys-differ";
  if (stuck && stuck.facts.reports.length > 0) return "slots-open";
  return stuck?.facts.owner ? "slots-unserved" : "slots-uncovered";
}
