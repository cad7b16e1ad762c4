import { listNames } from "../cluster/node-name.ts";
import type { Topology } from "../cluster/topology.ts";
import { MOVER_COMMANDS } from "../plan/mover.ts";
import { obstacleText } from "../plan/obstacle-text.ts";
import type { PlacementGap, PlacementReach, PlanNote } from "../plan/plan.ts";
import { seedOf } from "../plan/repair-hint.ts";
import { countOf, formatBytes, formatNumber } from "./format-number.ts";
import { nameInTopology } from "./name-in-topology.ts";

export interface DescribedNote {
  /** Whether it is something to think about before saying yes. */
  readonly severity: "warning" | "info";
  readonly message: string;
}

/** A note of a plan as a sentence; `basis` gives names to ids. */
export function describeNote(note: PlanNote, basis: Topology): DescribedNote {
  const name = (id: string) => nameInTopology(basis, id);
  switch (note.kind) {
    case "placement":
      return placementNotes[note.reached];
    case "placement-level":
      return placementLevel(note);
    case "merges-shards":
      return mergesShards(note, listNames(note.nodes.map(name)));
    case "no-automatic-failover":
      return warning(
        `With ${countOf(note.primaries, "primary", "primaries")} there is no automatic failover: ` +
          "when one fails, no majority is left to promote a replica.",
      );
    case "lowers-settings":
      return info(
        `While it forms, the new primaries have ${note.settings.join(" and ")}, so that nothing is waited for in ` +
          `vain; ${note.settings.length === 1 ? "it is" : "both are"} set back afterwards.`,
      );
    case "continues-earlier-run":
      return info(
        note.slots === ""
          ? "An earlier run stopped part way; this one goes on from there."
          : `An earlier run stopped part way; this one goes on with its slots ${note.slots}.`,
      );
    case "moves-atomically":
      return info(
        `${pairsText(note)} with ${MOVER_COMMANDS[note.mover]} (${note.mover}), the servers' own migration.`,
      );
    case "moves-classically": {
      const why = obstacleText({ code: note.reason, nodeIds: note.nodes, modules: note.modules }, basis);
      return info(`${pairsText(note)} with ${MOVER_COMMANDS.classic} (classic): ${why}.`);
    }
    case "becomes-empty":
      return info(
        `${name(note.node)} gives its last slot away. The server may make it a replica of ` +
          `${name(note.target)} at that moment (cluster-allow-replica-migration); that is no error.`,
      );
    case "node-not-told":
      return warning(
        `${name(note.node)} does not answer and is not told (${note.detail}). ` +
          "Run check once it is back, or remove it with del-node.",
      );
    case "set-already":
      return info(
        `${listNames(note.nodes.map(name))} ${note.nodes.length === 1 ? "has" : "have"} ${note.setting} ${note.value} already. ` +
          "Whether it is in the config file as well cannot be seen from here. " +
          `slotctl call ${seedOf(basis)} -- CONFIG REWRITE puts it there on every node, with whatever else was set by CONFIG SET.`,
      );
    case "not-kept":
      return warning(
        `${listNames(note.nodes.map(name))} ${note.nodes.length === 1 ? "runs" : "run"} without a config file and ` +
          `will not keep ${note.setting} when started anew: set it where the server is started.`,
      );
    case "rewrites-config":
      return info(
        "CONFIG REWRITE keeps it over restarts, and with it whatever else was set by CONFIG SET before.",
      );
    case "timeout-short":
      return warning(
        `A node is taken for dead after ${formatNumber(note.timeoutMs)} ms of silence: a fork of a large data set, a ` +
          "slow disk or a virtual machine that is moved can take as long, and would start a failover.",
      );
    case "timeout-long":
      return warning(
        `A dead primary is only noticed after ${formatNumber(note.timeoutMs / 1000)} s: its slots take no writes for as long.`,
      );
    case "not-undone":
      return warning(notUndoneText(note, name));
    case "without-replica":
      return warning(`The shard of ${name(note.node)} is left without a replica.`);
    case "writes-at-risk":
      return warning(writesAtRisk(note, name(note.node)));
  }
}

const placementNotes: Record<PlacementReach, DescribedNote> = {
  perfect: info("No replica shares a host with its primary or with another replica of its shard."),
  "siblings-share-a-host": info(
    "No replica shares a host with its primary; some replicas of one shard share a host, for there are too few.",
  ),
  "replica-on-primary-host": warning(
    "Some replica shares its primary's host, as few as can be had with these hosts: " +
      "if that host is lost, so is the shard.",
  ),
  "one-host": warning("All nodes are on one host: if it is lost, so is the cluster."),
  "no-replicas": warning("There are no replicas: a primary that is lost takes its keys with it."),
};

/** `2 zones: 1 replica stands in its primary's zone (3 before)`. */
function placementLevel({
  level,
  places,
  before,
  reached,
  gap,
}: Extract<PlanNote, { kind: "placement-level" }>): DescribedNote {
  if (gap === "one-place") {
    const where = `${level === "host" ? "on" : "in"} one ${level}`;
    return level === "host" || level === "zone"
      ? warning(`All nodes are ${where}: if it is lost, so is the cluster.`)
      : info(`All nodes are ${where}.`);
  }
  const was = (now: number, then: number) => (now === then ? "" : ` (${formatNumber(then)} before)`);
  const where = countOf(places, level);
  const together =
    reached.together === 0
      ? `no replica is in its primary's ${level}${was(0, before.together)}`
      : `${countOf(reached.together, "replica")} ${reached.together === 1 ? "is" : "are"} in the ${level} of the primary${was(reached.together, before.together)}`;
  const crowded =
    reached.crowded === 0
      ? `no ${level} has half of the primaries${was(0, before.crowded)}`
      : `a ${level} has ${countOf(reached.crowded, "primary", "primaries")} too many for the others to be a majority${was(reached.crowded, before.crowded)}`;
  const said = `${where}: ${together}; ${crowded}.`;
  if (gap === undefined) return info(said);
  return warning(`${said} ${gapTexts[gap]}`);
}

const gapTexts: Record<Exclude<PlacementGap, "one-place">, string> = {
  "no-spare-replica": "A node more, or --allow-fewer-replicas, would cure more.",
  "fewer-shards": "A node more elsewhere, or --allow-fewer-shards, which moves slots, would cure more.",
  "cannot-be-had": "These nodes cannot be placed better.",
  "not-found": "No better placement of these nodes was found.",
};

/** What it costs, and what it takes away: room for keys. */
function mergesShards(
  { before, left, slots, keys, bytes }: Extract<PlanNote, { kind: "merges-shards" }>,
  names: string,
): DescribedNote {
  const isOne = before - left === 1;
  return warning(
    `${formatNumber(before)} shards become ${formatNumber(left)}, which hold all keys then: ${names} ` +
      `${isOne ? "gives its" : "give their"} ${countOf(slots, "slot")} away (about ${countOf(keys, "key")}, ` +
      `${formatBytes(bytes)}), and ${isOne ? "becomes a replica" : "become replicas"}.`,
  );
}

/** `The slots move`, `2 of 3 pairs move`: a plan with one way for all need not count. */
function pairsText({ pairs, ofPairs }: { readonly pairs: number; readonly ofPairs: number }): string {
  return pairs === ofPairs
    ? "The slots move"
    : `${formatNumber(pairs)} of ${countOf(ofPairs, "pair")} ${pairs === 1 ? "moves" : "move"}`;
}

function writesAtRisk(
  { lagBytes, mode }: { lagBytes: number | undefined; mode: "force" | "takeover" },
  node: string,
): string {
  const lost =
    lagBytes === undefined
      ? `how far ${node} is behind its primary is not known, and what it has not got yet is lost`
      : lagBytes === 0
        ? `${node} has all that its primary had sent when it was looked at, and what came after is lost`
        : `${node} is ${formatBytes(lagBytes)} behind its primary, and those writes are lost`;
  const who =
    mode === "force"
      ? "the primary is not asked to wait"
      : "neither the primary is asked to wait nor the other primaries to vote";
  return `Writes can be lost: ${who}; ${lost}.`;
}

function info(message: string): DescribedNote {
  return { severity: "info", message };
}

function warning(message: string): DescribedNote {
  return { severity: "warning", message };
}

function notUndoneText(
  { what, nodes, slots }: Extract<PlanNote, { kind: "not-undone" }>,
  name: (id: string) => string,
): string {
  const who = listNames(nodes.map(name));
  switch (what) {
    case "failover":
      return `The failover is not undone: ${who} is no replica of its old shard any more.`;
    case "slots-moved-since":
      return `Slots ${slots} are not undone: somebody has moved them to ${who} since.`;
    case "slots-of-a-replica":
      return (
        `Slots ${slots} cannot go back to ${who}, which is no primary any more or does not answer. When a primary gives its ` +
        "last slot away the server may make it a replica; del-node and add-node make it a primary again."
      );
    case "replica":
      return `${who} stays where it is: its old primary is none any more, or does not answer.`;
    case "idle-primary":
      return `${who} stays a replica: it was a primary without slots, and del-node and add-node make it one again.`;
    case "newcomer-with-slots":
      return `${who} stays in the cluster: it has slots ${slots}, which the plan did not give it.`;
    case "removed":
      return `${who} stays out of the cluster: it was emptied and has a new id. add-node takes it in again.`;
    case "repaired":
      return `The repair of slots ${slots} is not undone.`;
  }
}
