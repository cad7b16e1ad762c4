import type { NodeRef, Step } from "./step.ts";

/** The nodes that a step tells something or needs the answer of. */
export function nodesOf(step: Step): readonly NodeRef[] {
  switch (step.kind) {
    case "meet":
      return [step.node, ...step.peers];
    case "replicate":
      return [step.replica, step.primary];
    case "failover":
      return [step.replica];
    case "move-slots":
    case "gather-keys":
    case "load-functions":
      return [step.from, step.to];
    case "settle-slot":
      return [step.owner, ...step.openAt];
    case "claim-slots":
      return [step.owner, ...step.rivals];
    case "forget":
      return step.by;
    case "assign-slots":
    case "set-epoch":
    case "await-ok":
    case "reset":
    case "renew-id":
    case "set-config":
      return [step.node];
  }
}

/** Ids of nodes whose role or membership the step changes: what is left of their shards then matters. */
export function reshapedBy(step: Step): readonly string[] {
  switch (step.kind) {
    case "replicate":
      return [step.replica.id, step.primary.id];
    case "failover":
      return [step.replica.id, step.primaryId];
    case "forget":
    case "reset":
      return [step.node.id];
    default:
      return [];
  }
}

/** Whether the step is about who is a member, or about all members: then it matters who else is there. */
export function isAboutMembers({ kind }: Step): boolean {
  return (
    kind === "meet" || kind === "forget" || kind === "reset" || kind === "renew-id" || kind === "set-config"
  );
}

/** The step with its nodes at other addresses, as they are reached now. */
export function readdressed(step: Step, addressOf: (ref: NodeRef) => NodeRef["address"]): Step {
  const at = <Ref extends NodeRef>(ref: Ref): Ref => ({ ...ref, address: addressOf(ref) });
  switch (step.kind) {
    case "meet":
      return { ...step, node: at(step.node), peers: step.peers.map(at) };
    case "replicate":
      return { ...step, replica: at(step.replica), primary: at(step.primary) };
    case "failover":
      return { ...step, replica: at(step.replica) };
    case "move-slots":
    case "gather-keys":
    case "load-functions":
      return { ...step, from: at(step.from), to: at(step.to) };
    case "settle-slot":
      return { ...step, owner: at(step.owner), openAt: step.openAt.map(at) };
    case "claim-slots":
      return { ...step, owner: at(step.owner), rivals: step.rivals.map(at) };
    case "forget":
      return { ...step, by: step.by.map(at) };
    case "assign-slots":
    case "set-epoch":
    case "await-ok":
    case "reset":
    case "renew-id":
    case "set-config":
      return { ...step, node: at(step.node) };
  }
}
