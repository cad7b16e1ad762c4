import { type Address, formatAddress } from "../cluster/address.ts";
import { howUnreached, UNREACHED_CODES } from "../cluster/how-unreached.ts";
import { joinViews, type LookAt } from "../cluster/join-views.ts";
import type { NodeLine } from "../cluster/node-line.ts";
import type { Look } from "../cluster/node-view.ts";
import { suspectSlots } from "../cluster/suspect-slots.ts";
import { openSlotsOf, primariesOf, type Topology } from "../cluster/topology.ts";
import { ConnectFailed } from "../errors.ts";
import { countSuspects, countUnseen, revealStrays } from "./count-suspects.ts";
import { hintForDenied } from "./connection-failure.ts";
import { hintForReason } from "./denial.ts";
import { eachBounded } from "./each-bounded.ts";
import { eachNode } from "./each-node.ts";
import { type LookingAtLine, lookAtLine } from "./look-at-line.ts";
import { MISSING_HINT } from "./rehearse-commands.ts";
import type { LookWishes } from "./node-client.ts";

/** What is asked of each node besides what it always reports. */
export interface ObserveWishes extends Pick<LookWishes, "deep" | "settings" | "moving"> {
  /** Count the keys of every slot with something wrong about it, those that a node hides too. */
  readonly repair?: boolean;
}

export interface Observing extends LookingAtLine {
  readonly seed: Address;
  readonly wishes?: ObserveWishes;
}

/**
 * Asks every node for its own view, all at once, starting from a seed, and joins the views.
 *
 * Nodes that only some views know are asked too. A node that does not answer is part of the result.
 *
 * @throws ConnectFailed when the seed itself gives no view.
 */
export async function observe(observing: Observing): Promise<Topology> {
  const { clients, seed, wishes = {} } = observing;
  const { deep, ...quick } = wishes;
  const first = await clients.at(seed).look(quick);
  if ("unreached" in first) throw seedFailed(first);
  const seen = await followGossip({ ...observing, wishes: quick }, first);
  const deeper = deep ? await lookDeeper(observing, seen) : seen;
  if (wishes.repair) return await observeForRepair(observing, deeper);
  const looks = deep ? await countUnseen(clients, deeper) : deeper;
  const topology = joinViews(looks);
  const open = new Set(openSlotsOf(topology).map(({ slot }) => slot));
  return open.size === 0 ? topology : joinViews(await countOpenSlots(observing, { looks, topology, open }));
}

/** As `observe`, with the keys of all slots of which it is not certain who owns them or where their keys are. */
async function observeForRepair({ clients, wishes }: Observing, seen: readonly LookAt[]): Promise<Topology> {
  const looks = wishes?.deep ? await revealStrays(clients, seen) : seen;
  const topology = joinViews(looks);
  const suspects = suspectSlots(topology);
  return suspects.size === 0 ? topology : joinViews(await countSuspects(clients, { looks, suspects }));
}

async function followGossip(observing: Observing, first: Look): Promise<LookAt[]> {
  const looks = new Map<string, LookAt>();
  const remember = (look: LookAt) =>
    looks.set("view" in look ? look.view.self.id : (look.expectedId ?? ""), look);
  remember(first);
  for (let fresh: LookAt[] = [first]; fresh.length > 0;) {
    const lines = new Map<string, NodeLine>();
    for (const line of fresh.flatMap((look) => ("view" in look ? look.view.lines : []))) {
      if (!looks.has(line.id) && line.address && !line.flags.includes("handshake")) lines.set(line.id, line);
    }
    fresh = await eachNode([...lines.values()], (line) => lookAtLine(observing, line));
    for (const look of fresh) remember(look);
  }
  return [...looks.values()];
}

/**
 * One after the other: a node is asked about 16,384 slots, and the replies of all together would take more memory the
 * larger the cluster is, and longer to read than one node may take to answer. Reading them is what it waits for anyway.
 */
async function lookDeeper({ clients, wishes }: Observing, looks: readonly LookAt[]): Promise<LookAt[]> {
  return await eachBounded(looks, 1, async (look) => {
    // A replica owns no slot, and has the keys of its primary.
    if (!("view" in look) || look.view.self.role !== "primary") return look;
    const deep = await clients.at(look.address).look(wishes);
    if ("view" in deep && deep.view.self.id !== look.view.self.id) return look;
    return look.expectedId === undefined ? deep : { ...deep, expectedId: look.expectedId };
  });
}

/** Keys of an open slot may be on either side, or on a third node: every primary is asked. */
async function countOpenSlots(
  { clients, wishes }: Observing,
  { looks, topology, open }: { looks: readonly LookAt[]; topology: Topology; open: ReadonlySet<number> },
): Promise<LookAt[]> {
  const primaries = new Set(primariesOf(topology).map((node) => node.id));
  const countSlots = [...open];
  return await eachNode(looks, async (look) => {
    if (!("view" in look) || !primaries.has(look.view.self.id)) return look;
    const again = await clients.at(look.address).look({ countSlots });
    if (!("view" in again)) return look;
    return wishes === undefined ? again : { ...look, view: { ...look.view, ...again.view } };
  });
}

function seedFailed(look: Extract<Look, { unreached: unknown }>): ConnectFailed {
  const { state, detail } = look.unreached;
  const node = formatAddress(look.address);
  const hints = {
    unreachable: /closed the connection/.test(detail)
      ? "If the port speaks TLS, add --tls; else give another node of the cluster."
      : "Give another node of the cluster: any one that answers will do.",
    silent: /to TLS/.test(detail)
      ? "If the port does not speak TLS, leave --tls out; else give another node of the cluster, or wait longer with --timeout."
      : "Give another node of the cluster, or wait longer with --timeout.",
    loading: "Give another node of the cluster, or wait until it has loaded its data.",
    denied: hintForReason(detail) ?? hintForDenied(detail),
    "not-a-cluster-node": /no command/.test(detail)
      ? MISSING_HINT
      : "Start the server with cluster-enabled yes, or give another address.",
    "no-address": "Give another node of the cluster.",
  };
  const message = `${node} ${howUnreached(look.unreached)}.`;
  return new ConnectFailed(message, {
    code: UNREACHED_CODES[state],
    node,
    reason: detail,
    hint: hints[state],
  });
}
