import { nodeById, reachedNodes } from "../cluster/topology.ts";
import type { AddNodeInput, Joining } from "./add-node-input.ts";
import { placeNewReplicas } from "./place-new-replicas.ts";
import { knowEachOther, meetPeerOf } from "./meet-peer.ts";
import { refOfView } from "./node-ref.ts";
import { notToldNotes } from "./not-told-notes.ts";
import { refuseImpostors } from "./refuse-impostors.ts";
import { refuseTwins } from "./refuse-twins.ts";
import { refuseUnfitNewcomers } from "./refuse-unfit-newcomers.ts";
import type { Plan, PlanNote } from "./plan.ts";
import type { MeetPeer, Step } from "./step.ts";

/**
 * How newcomers join a cluster. New primaries get its functions once they have joined: they own no slot yet,
 * so no client reaches them without, and a member that holds functions is no stranger to a second run. A
 * replica gets them with its primary's data.
 *
 * What holds already is left out: a run that died is finished by running it again, and for members that
 * are what they shall be nothing is left to do.
 *
 * @throws Refused when a newcomer is not empty, has functions of its own, is somebody else's double, or
 * when the primary wished for cannot have replicas; it names all newcomers that are in the way.
 */
export function planAddNode(input: AddNodeInput): Plan {
  const { topology, newcomers, wish, meetAddresses = new Map() } = input;
  const toReplicas = wish.replica || wish.primaryId !== undefined;
  const joining = { ...input, toReplicas, meetAddresses };
  refuseTwins(newcomers);
  refuseImpostors(joining);
  refuseUnfitNewcomers(joining);
  const steps: Step[] = [
    ...meetEverybody(joining),
    ...loadFunctions(joining),
    ...(toReplicas ? placeNewReplicas(joining) : []),
  ];
  return { command: "add-node", basis: topology, steps, notes: steps.length === 0 ? [] : notesOn(joining) };
}

function loadFunctions({ newcomers, toReplicas, functions, functionSource: from }: Joining): Step[] {
  if (!from || toReplicas) return [];
  return newcomers
    .filter(({ self }) => !functions.has(self.id) && self.id !== from.id)
    .map((view) => ({ kind: "load-functions", from, to: refOfView(view) }));
}

/** A newcomer meets every node that answers, for a cluster that learns of it by gossip takes seconds. */
function meetEverybody({ topology, newcomers, meetAddresses }: Joining): Step[] {
  const newIds = new Set(newcomers.map((view) => view.self.id));
  const members = reachedNodes(topology).flatMap(({ id, announced, view }) =>
    view && !newIds.has(id) ? [{ view, heard: announced }] : [],
  );
  return newcomers.flatMap((view, index): Step[] => {
    const others = newcomers.slice(index + 1).map((later) => ({ view: later, heard: undefined }));
    const peers = [...members, ...others]
      .filter((peer) => !knowEachOther([view, peer.view]))
      .map((peer): MeetPeer => meetPeerOf({ ...peer, meetAddresses }));
    return peers.length === 0 ? [] : [{ kind: "meet", node: refOfView(view), peers }];
  });
}

function notesOn({ topology, newcomers }: Joining): PlanNote[] {
  const notTold = notToldNotes(topology, new Set(newcomers.map((view) => view.self.id)));
  const wasBegun = newcomers.some((view) => view.lines.length > 0 || nodeById(topology, view.self.id));
  return wasBegun ? [{ kind: "continues-earlier-run", slots: "" }, ...notTold] : notTold;
}
