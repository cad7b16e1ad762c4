import { type TopologyRecord, topologyOfRecord } from "../cluster/topology-record.ts";
import { SlotctlError } from "../errors.ts";
import type { MoverWish } from "../plan/mover.ts";
import type { Plan, PlanNote } from "../plan/plan.ts";
import { changedSince, slotMapDigest } from "./digests.ts";
import { parseStep, type StepRecord } from "./parse-step.ts";
import { type DocumentKind, readDocument, wrongPart } from "./read-document.ts";

/** What was asked for, as it was typed, without how nodes are connected to. */
export interface Wish {
  readonly args: Readonly<Record<string, unknown>>;
  readonly flags: Readonly<Record<string, unknown>>;
}

/** How the steps are to be carried out. */
export interface How {
  readonly mover: MoverWish;
  readonly replace: boolean;
  readonly maxLatencyMs: number;
  readonly keysPerSecondMax: number | null;
  readonly pairsAtOnceMax: number;
}

export interface SavedPlan {
  readonly plan: Plan;
  readonly wish: Wish;
  readonly how: How;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly slotMapDigest: string;
  readonly estimate: EstimateRecord;
}

/** Null for what is not known. */
export interface EstimateRecord {
  readonly slots: number;
  readonly keys: number | null;
  readonly bytes: number | null;
  readonly seconds: number | null;
}

/** A plan file whose shape has been checked. */
export interface PlanRecord {
  readonly command: Plan["command"];
  readonly wish: Wish;
  readonly how: How;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly basis: { readonly slotMapDigest: string; readonly views: TopologyRecord };
  readonly steps: readonly { readonly step: StepRecord }[];
  readonly notes: readonly (PlanNote & { readonly severity: string; readonly message: string })[];
  readonly estimate: EstimateRecord;
  readonly digests: Readonly<Record<string, string | readonly string[]>>;
}

interface ReadOptions {
  readonly schemas: readonly object[];
  /** What it holds, where it was read already. */
  readonly text?: string | undefined;
  /** Throws for a file that is something else altogether. */
  readonly refuse?: (text: string) => void;
}

/**
 * The plan that a file holds.
 *
 * @throws UsageError, with line and column, for a file that is damaged, was changed by hand, or is of another kind.
 */
export async function readSavedPlan(
  path: string,
  { schemas, text, refuse }: ReadOptions,
): Promise<SavedPlan> {
  const kind: DocumentKind = {
    kind: "slotctl-plan",
    name: "plan file",
    anew: "Make it anew: the command that the plan is of, with --out.",
    schemas,
    refuse,
  };
  const { fields, file } = await readDocument(path, kind, text);
  const record = fields as unknown as PlanRecord;
  const changed = changedSince(fields, record.digests);
  if (changed) throw await wrongPart(file, { at: changed, what: "was changed after slotctl wrote it" });
  try {
    return savedPlanOf(record);
  } catch (error) {
    if (!(error instanceof SlotctlError || error instanceof RangeError)) throw error;
    throw await wrongPart(file, { at: [], what: `says what cannot be: ${error.message.replace(/\.$/, "")}` });
  }
}

/** The plan of a file whose shape has been checked. */
export function savedPlanOf(record: PlanRecord): SavedPlan {
  const { command, wish, how, createdAt, createdBy, estimate } = record;
  const basis = topologyOfRecord(record.basis.views);
  const plan: Plan = {
    command,
    basis,
    steps: record.steps.map(({ step }) => parseStep(step)),
    notes: record.notes.map(noteOf),
  };
  return { plan, wish, how, createdAt, createdBy, estimate, slotMapDigest: slotMapDigest(basis) };
}

/** Its words are made anew from its facts. */
function noteOf(record: PlanRecord["notes"][number]): PlanNote {
  const { severity: _, message: __, ...note } = record;
  return note;
}
