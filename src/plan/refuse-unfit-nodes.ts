import { listNames, nodeName, shortId } from "../cluster/node-name.ts";
import type { CreateMember } from "./create-member.ts";
import type { MeetAddresses } from "./meet-peer.ts";
import { type Objection, refuseFor } from "./refuse-for.ts";
import { addressesOf, strangersTo } from "./strangers.ts";

/**
 * Refuses nodes that hold or know what is not part of this plan. Keys are fine once all is done: then the
 * cluster is in use.
 */
export function refuseUnfitNodes(plan: {
  readonly members: readonly CreateMember[];
  readonly meetAddresses: MeetAddresses;
  readonly isDone: boolean;
}): void {
  const { members, meetAddresses, isDone } = plan;
  const views = members.map(({ view }) => view);
  const expected = {
    ids: new Set(views.map((view) => view.self.id)),
    addresses: new Set(views.flatMap((view) => addressesOf(view, meetAddresses))),
  };
  const notEmpty = views.flatMap((view): Objection[] => {
    const strangers = strangersTo(view, expected);
    const reasons = [
      ...(strangers.length > 0
        ? [`knows nodes that were not given (${listNames(strangers.map(nodeName))})`]
        : []),
      ...(view.hasKeys && !isDone ? ["holds keys"] : []),
    ];
    return reasons.map((reason) => ({ view, reason }));
  });
  const differing = members.flatMap((member): Objection[] =>
    differences(member).map((reason) => ({ view: member.view, reason })),
  );
  refuseFor([...notEmpty, ...differing], notEmpty.length > 0 ? NOT_EMPTY : DIFFERING);
}

const NOT_EMPTY = {
  opening: "Not every node is an empty cluster node",
  code: "node-not-empty",
  hint: 'Give empty nodes only. Where the data is not needed, run FLUSHALL and then CLUSTER RESET on the node. To extend a cluster that is there, run "slotctl add-node".',
};

const DIFFERING = {
  opening: "These nodes are part of a cluster already, and not of the one asked for",
  code: "layout-differs",
  hint: "To finish a create that stopped, give the same arguments as before. To start over, run CLUSTER RESET on each of the nodes.",
};

function differences({ view, primary, slots }: CreateMember): string[] {
  const { self } = view;
  const foreign = self.slots.minus(slots);
  const reasons: string[] = [];
  if (foreign.size > 0) reasons.push(`owns slots ${foreign} that would not be its own`);
  if (self.role === "replica" && self.primaryId !== primary?.self.id) {
    const wanted = primary ? "of another primary than planned" : "and would be a primary";
    reasons.push(
      `is a replica of ${self.primaryId === undefined ? "nobody" : shortId(self.primaryId)} ${wanted}`,
    );
  }
  return reasons;
}
