import type { NodeView } from "../cluster/node-view.ts";
import { type ClusterNode, ownsSlots, reachedNodes, type Topology } from "../cluster/topology.ts";
import { type MeetAddresses, meetPeerOf } from "./meet-peer.ts";
import { refOf } from "./node-ref.ts";
import type { ClusterFileInput } from "./cluster-file-input.ts";
import { refuseImpostors } from "./refuse-impostors.ts";
import { refuseUnfitNewcomers } from "./refuse-unfit-newcomers.ts";
import type { Step } from "./step.ts";

/**
 * Makes newcomers known to everybody who stays; an earlier run may have begun with it. Those that are to lead a shard
 * get the functions of the cluster, for clients reach them before they are anybody's replicas.
 *
 * @throws Refused when a newcomer is not empty, or is somebody else's double; it names all that are in the way.
 */
export function joinNewcomers(
  input: ClusterFileInput,
  {
    leavingIds,
    leadIds,
  }: { readonly leavingIds: ReadonlySet<string>; readonly leadIds: ReadonlySet<string> },
): Step[] {
  const { topology, meetAddresses = new Map(), functions = new Set() } = input;
  const staying = reachedNodes(topology).filter(({ id }) => !leavingIds.has(id));
  const knownTo = new Map(staying.map(({ id, view }) => [id, knownIn(view)]));
  const knows = (one: string, other: string) => knownTo.get(one)?.has(other) === true;
  // Who owns slots or follows somebody is a member: that members do not know each other is for fix.
  const empty = staying.filter((node) => node.role === "primary" && !ownsSlots(node));
  const unknown = empty.filter(({ id }) =>
    staying.some((other) => other.id !== id && !(knows(id, other.id) && knows(other.id, id))),
  );
  const isOutside = ({ id }: ClusterNode) => !staying.some((other) => knows(other.id, id));
  const outsiders = unknown.filter(isOutside).flatMap(({ view }) => view ?? []);
  refuseOutsiders(input, { outsiders, leadIds, leavingIds });
  const from = input.functionSource;
  const withoutFunctions = from
    ? empty.filter(({ id }) => leadIds.has(id) && !functions.has(id) && id !== from.id)
    : [];
  return [
    ...meetSteps(unknown, { staying, knows, meetAddresses }),
    ...withoutFunctions.map((node): Step => ({
      kind: "load-functions",
      from: from ?? refOf(node),
      to: refOf(node),
    })),
  ];
}

function knownIn(view: NodeView | undefined): Set<string> {
  const settled = (view?.lines ?? []).filter(
    ({ flags }) => !flags.includes("handshake") && !flags.includes("noaddr"),
  );
  return new Set(settled.map(({ id }) => id));
}

function meetSteps(
  unknown: readonly ClusterNode[],
  {
    staying,
    knows,
    meetAddresses,
  }: {
    staying: readonly ClusterNode[];
    knows: (one: string, other: string) => boolean;
    meetAddresses: MeetAddresses;
  },
): Step[] {
  const met = new Set<string>();
  return unknown.flatMap((node): Step[] => {
    met.add(node.id);
    const peers = staying
      .filter(({ id }) => !met.has(id) && !(knows(node.id, id) && knows(id, node.id)))
      .flatMap(({ view, announced }) =>
        view ? [meetPeerOf({ view, heard: announced, meetAddresses })] : [],
      );
    return peers.length > 0 ? [{ kind: "meet", node: refOf(node), peers }] : [];
  });
}

function refuseOutsiders(
  { topology, meetAddresses = new Map(), functions = new Set() }: ClusterFileInput,
  {
    outsiders,
    leadIds,
    leavingIds,
  }: {
    outsiders: readonly NodeView[];
    leadIds: ReadonlySet<string>;
    leavingIds: ReadonlySet<string>;
  },
): void {
  const ids = new Set(outsiders.map((view) => view.self.id));
  const members: Topology = { nodes: topology.nodes.filter(({ id }) => !ids.has(id) || leavingIds.has(id)) };
  const joining = { topology: members, newcomers: outsiders, functions, meetAddresses };
  refuseImpostors({ ...joining, wish: { replica: false }, toReplicas: false });
  const [leads, followers] = [
    outsiders.filter((view) => leadIds.has(view.self.id)),
    outsiders.filter((view) => !leadIds.has(view.self.id)),
  ];
  refuseUnfitNewcomers({ ...joining, newcomers: leads, wish: { replica: false }, toReplicas: false });
  refuseUnfitNewcomers({ ...joining, newcomers: followers, wish: { replica: true }, toReplicas: true });
}
