import { nodeById, type Topology } from "../cluster/topology.ts";
import type { Survey } from "./survey.ts";
import type { Plan } from "./plan.ts";
import type { Step } from "./step.ts";

/** What carrying out takes, as far as it can be told beforehand; undefined for what cannot. */
export interface Estimate {
  /** Slots that get another owner. */
  readonly slots: number;
  /** Keys that travel. */
  readonly keys: number | undefined;
  readonly bytes: number | undefined;
  /** Known only where a limit says how many keys may travel in a second. */
  readonly seconds: number | undefined;
}

/**
 * Of one step. How many keys a slot holds was only counted by a survey: otherwise it is taken to hold as many as its
 * node's slots do on average.
 */
export function estimateStep(
  step: Step,
  { basis, keysPerSecondMax }: { readonly basis: Topology; readonly keysPerSecondMax: number | undefined },
): Estimate {
  switch (step.kind) {
    case "move-slots": {
      const { view, slots } = nodeById(basis, step.from.id) ?? {};
      const share = slots && slots.size > 0 ? Math.min(1, step.slots.size / slots.size) : undefined;
      const part = (whole: number | undefined) =>
        whole === undefined || share === undefined ? undefined : Math.round(whole * share);
      const keys = part(view?.keys);
      // What a node takes for itself does not travel.
      const bytes = keys === 0 ? 0 : part(view?.datasetBytes);
      return timed({ slots: step.slots.size, keys, bytes }, keysPerSecondMax);
    }
    case "replicate": {
      const view = nodeById(basis, step.primary.id)?.view;
      // All of its data is sent, and nothing of ours holds that back.
      return { slots: 0, keys: view?.keys, bytes: view?.datasetBytes, seconds: undefined };
    }
    case "claim-slots":
      return { slots: step.slots.size, keys: 0, bytes: 0, seconds: undefined };
    case "gather-keys":
      return { slots: 0, keys: undefined, bytes: undefined, seconds: undefined };
    case "assign-slots":
      return { slots: step.slots.size, keys: 0, bytes: 0, seconds: undefined };
    default:
      return { slots: 0, keys: 0, bytes: 0, seconds: undefined };
  }
}

/** Of all steps together. What a survey has counted counts. */
export function estimatePlan(
  { steps, basis }: Plan,
  {
    keysPerSecondMax,
    survey,
  }: { readonly keysPerSecondMax: number | undefined; readonly survey?: Survey | undefined },
): Estimate {
  const each = steps.map((step) => estimateStep(step, { basis, keysPerSecondMax }));
  const sum = (values: readonly (number | undefined)[]) =>
    values.reduce((all, value) => (all === undefined || value === undefined ? undefined : all + value), 0);
  const all = {
    slots: each.reduce((count, { slots }) => count + slots, 0),
    keys: sum(each.map(({ keys }) => keys)),
    bytes: sum(each.map(({ bytes }) => bytes)),
  };
  return timed(survey ? { ...all, ...countedIn(survey) } : all, keysPerSecondMax);
}

/** Where not every key was looked at, nobody knows the bytes. */
function countedIn({ pairs }: Survey): Pick<Estimate, "keys" | "bytes"> {
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  const keys = sum(pairs.map((pair) => pair.keys));
  const isSeen = sum(pairs.map(({ keysSeen }) => keysSeen)) === keys;
  return { keys, bytes: isSeen ? sum(pairs.map(({ bytes }) => bytes)) : undefined };
}

function timed(
  { slots, keys, bytes }: Omit<Estimate, "seconds">,
  keysPerSecondMax: number | undefined,
): Estimate {
  const isKnown = keys !== undefined && keys > 0 && keysPerSecondMax !== undefined;
  return { slots, keys, bytes, seconds: isKnown ? Math.ceil(keys / keysPerSecondMax) : undefined };
}
