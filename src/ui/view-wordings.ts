import type { ProblemOf, RoleClaim } from "../cluster/problem.ts";
import { formatAddress } from "../cluster/address.ts";
import { type ClusterNode, nodeById } from "../cluster/topology.ts";
import { idArgument } from "./id-argument.ts";
import { nameInTopology, namesOf } from "./name-in-topology.ts";
import type { ProblemContext, Wordings } from "./problem-wording.ts";
import { serverCommand } from "./server-command.ts";
import { slotsText } from "./slots-text.ts";

type ViewCode = "views-disagree-on-slots" | "views-disagree-on-members" | "views-disagree-on-roles";

export const viewWordings: Wordings<ViewCode> = {
  "views-disagree-on-slots": (problem, context) => ({
    message: slotsMessage(problem, context),
    hint: waitHint(context, "the bus ports of the nodes named"),
  }),
  "views-disagree-on-members": (problem, context) => ({
    message: `${namesOf(problem.nodeIds, context)} ${problem.nodeIds.length === 1 ? "is" : "are"} unknown to ${namesOf(
      problem.unknownToIds,
      context,
    )}.`,
    hint: hintForMembers(problem, context),
  }),
  "views-disagree-on-roles": (problem, context) => {
    const said = problem.said.map(
      (claim) => `${roleText(claim, context)} to ${namesOf(claim.byIds, context)}`,
    );
    return {
      message: `${nameInTopology(context.topology, problem.nodeId)} is ${roleText(problem.is, context)}, but ${said.join("; ")}.`,
      hint: waitHint(context, "its bus port"),
    };
  },
};

function slotsMessage(
  { nodeIds, majorityIds, claims }: ProblemOf<"views-disagree-on-slots">,
  context: ProblemContext,
): string {
  const shown = claims
    .slice(0, 2)
    .map(({ slots, ownerId }) => `${slotsText(slots)} to ${ownerText(ownerId, context)}`);
  const more = claims.length > shown.length ? ` and ${claims.length - shown.length} more` : "";
  const others = [...new Set(claims.flatMap(({ insteadOfIds }) => insteadOfIds))];
  const owners = others.length === 0 ? "nobody" : namesOf(others, context);
  const [few, most] = [nodeIds, majorityIds].map(
    (ids) => `${namesOf(ids, context)} ${ids.length === 1 ? "gives" : "give"}`,
  );
  return `${few} ${shown.join(", ")}${more}, but ${most} them to ${owners}.`;
}

function ownerText(id: string | undefined, { topology }: ProblemContext): string {
  return id === undefined ? "nobody" : nameInTopology(topology, id);
}

function waitHint({ seed }: ProblemContext, what: string): string {
  return `Nodes that have just changed agree within seconds, so look again: slotctl check ${seed}. If it stays, look at ${what}.`;
}

/** A node is either half forgotten or half met; which, only the operator knows. */
function hintForMembers(
  { nodeIds, unknownToIds }: ProblemOf<"views-disagree-on-members">,
  context: ProblemContext,
): string {
  const { seed, topology } = context;
  const members = nodeIds.flatMap((id) => nodeById(topology, id) ?? []);
  const [member] = members;
  const [stranger] = unknownToIds;
  if (!member || stranger === undefined) return waitHint(context, "the bus ports");
  const remove = `slotctl del-node ${seed} ${idArgument(member.id, topology)}`;
  const meet = serverCommand(stranger, `CLUSTER MEET ${meetAddress(member)}`, context);
  return member.view
    ? `A node that has just joined is known to all within seconds. If it stays, join it: ${meet}; or remove it: ${remove}`
    : `It was probably forgotten by some only. Remove it everywhere: ${remove}`;
}

function meetAddress({ announced, address }: ClusterNode): string {
  const place = announced ?? address;
  return place
    ? formatAddress(place)
        .replace(/:(\d+)$/, " $1")
        .replace(/[[\]]/g, "")
    : "HOST PORT";
}

function roleText({ role, primaryId }: RoleClaim, { topology }: ProblemContext): string {
  if (role === "primary") return "a primary";
  return primaryId === undefined
    ? "a replica of nobody"
    : `a replica of ${nameInTopology(topology, primaryId)}`;
}
