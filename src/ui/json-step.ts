import { type Address, formatAddress } from "../cluster/address.ts";
import type { ForgottenNode, MeetPeer, NodeRef, Step } from "../plan/step.ts";

/** A step as the contract's JSON has it: slots in the SLOTS notation, addresses as `host:port`. */
export function stepJson(step: Step) {
  switch (step.kind) {
    case "meet":
      return { kind: step.kind, node: refJson(step.node), peers: step.peers.map(peerJson) };
    case "assign-slots":
      return { kind: step.kind, node: refJson(step.node), ...slotsJson(step) };
    case "set-epoch":
      return { kind: step.kind, node: refJson(step.node), epoch: step.epoch };
    case "replicate":
      return {
        kind: step.kind,
        replica: refJson(step.replica),
        primary: refJson(step.primary),
        syncAtOnce: step.syncAtOnce,
      };
    case "move-slots":
      return {
        kind: step.kind,
        from: refJson(step.from),
        to: refJson(step.to),
        ...slotsJson(step),
        mover: step.mover,
      };
    case "settle-slot":
      return {
        kind: step.kind,
        owner: refJson(step.owner),
        openAt: step.openAt.map(refJson),
        ...slotsJson(step),
      };
    case "claim-slots":
      return {
        kind: step.kind,
        owner: refJson(step.owner),
        rivals: step.rivals.map(refJson),
        ...slotsJson(step),
      };
    case "gather-keys":
      return {
        kind: step.kind,
        from: refJson(step.from),
        to: refJson(step.to),
        ...slotsJson(step),
        onConflict: step.onConflict,
      };
    case "failover":
      return {
        kind: step.kind,
        replica: refJson(step.replica),
        primaryId: step.primaryId,
        mode: step.mode,
      };
    case "forget":
      return { kind: step.kind, node: forgottenJson(step.node), by: step.by.map(refJson) };
    case "reset":
    case "renew-id":
    case "await-ok":
      return { kind: step.kind, node: refJson(step.node) };
    case "load-functions":
      return { kind: step.kind, from: refJson(step.from), to: refJson(step.to) };
    case "set-config":
      return {
        kind: step.kind,
        node: refJson(step.node),
        setting: step.setting,
        value: step.value,
        before: step.before,
        keep: step.keep,
      };
  }
}

/** `null` for a node that nobody knows an address of. */
export function addressJson(address: Address | undefined): string | null {
  return address ? formatAddress(address) : null;
}

function refJson({ id, address }: NodeRef) {
  return { id, address: formatAddress(address) };
}

function peerJson({ announced, busPort, ...ref }: MeetPeer) {
  return { ...refJson(ref), announced: formatAddress(announced), busPort };
}

function forgottenJson({ id, address }: ForgottenNode) {
  return { id, address: addressJson(address) };
}

function slotsJson({ slots }: Extract<Step, { readonly slots: unknown }>) {
  return { slots: slots.toString(), slotCount: slots.size };
}
