import { parseAddress } from "../cluster/address.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { Bug } from "../errors.ts";
import type { RepairReason } from "../plan/repair-reason.ts";
import type { ForgottenNode, MeetPeer, NodeRef, Step, StepKind, StepOf } from "../plan/step.ts";

/** A step as JSON has it, found to be as its schema says. */
export type StepRecord = Readonly<Record<string, unknown>> & { readonly kind: StepKind };

/** Reads what `stepJson` writes. @throws UsageError for an address or slots that are none. */
export function parseStep(record: StepRecord): Step {
  const why = record["why"] ? { why: parseReason(record["why"] as ReasonRecord) } : {};
  return { ...parseChange(record), ...why };
}

function parseChange(record: StepRecord): Step {
  const ref = (key: string) => parseRef(record[key] as RefRecord);
  const refs = (key: string) => (record[key] as readonly RefRecord[]).map(parseRef);
  const slots = () => parseSet(record["slots"] as string);
  const value = <Kind extends StepKind, Key extends keyof StepOf<Kind>>(_kind: Kind, key: Key) =>
    record[key as string] as StepOf<Kind>[Key];
  switch (record.kind) {
    case "meet":
      return {
        kind: "meet",
        node: ref("node"),
        peers: (record["peers"] as readonly PeerRecord[]).map(parsePeer),
      };
    case "assign-slots":
      return { kind: "assign-slots", node: ref("node"), slots: slots() };
    case "set-epoch":
      return { kind: "set-epoch", node: ref("node"), epoch: value("set-epoch", "epoch") };
    case "replicate":
      return {
        kind: "replicate",
        replica: ref("replica"),
        primary: ref("primary"),
        syncAtOnce: value("replicate", "syncAtOnce"),
      };
    case "move-slots":
      return {
        kind: "move-slots",
        from: ref("from"),
        to: ref("to"),
        slots: slots(),
        mover: value("move-slots", "mover"),
      };
    case "settle-slot":
      return { kind: "settle-slot", slots: slots(), owner: ref("owner"), openAt: refs("openAt") };
    case "claim-slots":
      return { kind: "claim-slots", owner: ref("owner"), slots: slots(), rivals: refs("rivals") };
    case "gather-keys":
      return {
        kind: "gather-keys",
        from: ref("from"),
        to: ref("to"),
        slots: slots(),
        onConflict: value("gather-keys", "onConflict"),
      };
    case "failover":
      return {
        kind: "failover",
        replica: ref("replica"),
        primaryId: value("failover", "primaryId"),
        mode: value("failover", "mode"),
      };
    case "forget":
      return { kind: "forget", node: parseForgotten(record["node"] as ForgottenRecord), by: refs("by") };
    case "reset":
    case "renew-id":
    case "await-ok":
      return { kind: record.kind, node: ref("node") };
    case "load-functions":
      return { kind: "load-functions", from: ref("from"), to: ref("to") };
    case "set-config":
      return {
        kind: "set-config",
        node: ref("node"),
        setting: value("set-config", "setting"),
        value: value("set-config", "value"),
        before: value("set-config", "before"),
        keep: value("set-config", "keep"),
      };
    default:
      throw new Bug(`a step of kind ${String(record["kind"])} passed the schema, and nobody can read it`);
  }
}

interface RefRecord {
  readonly id: string;
  readonly address: string;
}

type PeerRecord = RefRecord & { readonly announced: string; readonly busPort: number };
type ForgottenRecord = { readonly id: string; readonly address: string | null };

function parseRef({ id, address }: RefRecord): NodeRef {
  return { id, address: parseAddress(address) };
}

function parsePeer({ announced, busPort, ...ref }: PeerRecord): MeetPeer {
  return { ...parseRef(ref), announced: parseAddress(announced), busPort };
}

function parseForgotten({ id, address }: ForgottenRecord): ForgottenNode {
  return { id, address: address === null ? undefined : parseAddress(address) };
}

function parseSet(text: string): SlotSet {
  return text === "" ? SlotSet.empty : parseSlots(text);
}

/** As `reasonJson` writes it: the message is made anew from the rest. */
type ReasonRecord = Pick<RepairReason, "rule" | "risk"> & {
  readonly evidence: {
    readonly slots: readonly (Omit<RepairReason["slots"][number], "slots" | "dissent"> & {
      readonly slots: string;
      readonly dissent: readonly { readonly ownerId: string | null; readonly byIds: readonly string[] }[];
    })[];
    readonly node?: Omit<NonNullable<RepairReason["node"]>, "primaryId"> & {
      readonly primaryId: string | null;
    };
  };
};

function parseReason({ rule, risk, evidence: { slots, node } }: ReasonRecord): RepairReason {
  return {
    rule,
    risk,
    slots: slots.map(({ slots, dissent, ...state }) => ({
      ...state,
      slots: parseSet(slots),
      dissent: dissent.map(({ ownerId, byIds }) => ({ ownerId: ownerId ?? undefined, byIds })),
    })),
    ...(node ? { node: { ...node, primaryId: node.primaryId ?? undefined } } : {}),
  };
}
