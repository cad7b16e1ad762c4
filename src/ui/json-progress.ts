import type { PairProgress, RunEvent } from "../plan/run-event.ts";
import type { Step } from "../plan/step.ts";
import { bytesDoneIn } from "./event-lines.ts";
import { secondsJson } from "./format-number.ts";
import { addressJson } from "./json-step.ts";
import { makePairRates, type PairRate } from "./pair-rates.ts";
import type { ProgressView } from "./progress-view.ts";
import { summarizePlan } from "./summarize-plan.ts";

/** One JSON object a line, for programs that watch. */
export function makeJsonProgress({
  write,
  nowMs,
}: {
  write: (line: string) => void;
  nowMs: () => number;
}): ProgressView {
  const ratesOf = makePairRates(nowMs);
  return {
    onEvent: (event) => {
      const rates = event.event === "progress" ? ratesOf(event) : [];
      write(JSON.stringify(eventJson(event, { atMs: nowMs(), rates })));
    },
    close: () => {},
  };
}

/**
 * An event of a run with its time, flat: what a step is in full stands in the plan.
 *
 * @param rates of the pairs of a progress event.
 */
export function eventJson(
  event: RunEvent,
  { atMs, rates }: { readonly atMs: number; readonly rates: readonly PairRate[] },
) {
  const at = new Date(atMs).toISOString();
  switch (event.event) {
    case "plan": {
      const { command, steps } = event.plan;
      return { event: event.event, at, command, steps: steps.length, summary: summarizePlan(event.plan) };
    }
    case "step-start":
      return { event: event.event, at, index: event.index, kind: event.step.kind, ...stepFacts(event.step) };
    case "step-end":
      return {
        event: event.event,
        at,
        index: event.index,
        kind: event.step.kind,
        ...stepFacts(event.step),
        seconds: secondsJson(event.seconds),
      };
    case "progress": {
      const { event: name, etaSeconds, pairs, ...figures } = event;
      return {
        event: name,
        at,
        ...figures,
        ...bytesJson(bytesDoneIn(event)),
        etaSeconds: etaJson(etaSeconds),
        pairs: pairs.map((pair, index) => pairJson(pair, rates[index])),
      };
    }
    case "waiting":
      return { event: event.event, at, what: event.what, nodes: event.nodes };
    case "migration-found":
      return { event: event.event, at, from: event.from, to: event.to, slots: event.slots };
    case "warning":
      return {
        event: event.event,
        at,
        message: event.message,
        ...(event.node === undefined ? {} : { node: event.node }),
      };
    case "done":
      return { event: event.event, at, applied: event.applied, seconds: secondsJson(event.seconds) };
  }
}

function pairJson({ bytesDone, waitsFor, mover, ...figures }: PairProgress, rate: PairRate | undefined) {
  return {
    ...figures,
    ...bytesJson(bytesDone),
    keysPerSecond: rate?.keysPerSecond ?? null,
    etaSeconds: etaJson(rate?.etaSeconds),
    mover,
    waitsFor: waitsFor ?? null,
  };
}

function etaJson(seconds: number | undefined): number | null {
  return seconds === undefined ? null : secondsJson(seconds);
}

/** Left out where nobody counts them, as the other figures that only some servers tell. */
function bytesJson(bytesDone: number | undefined) {
  return bytesDone === undefined ? {} : { bytesDone };
}

/** Whom a step is about, as addresses. */
function stepFacts(step: Step) {
  switch (step.kind) {
    case "move-slots":
      return {
        from: addressJson(step.from.address),
        to: addressJson(step.to.address),
        slotCount: step.slots.size,
      };
    case "gather-keys":
      return {
        from: addressJson(step.from.address),
        to: addressJson(step.to.address),
        slotCount: step.slots.size,
      };
    case "load-functions":
      return { from: addressJson(step.from.address), to: addressJson(step.to.address) };
    case "assign-slots":
      return { node: addressJson(step.node.address), slotCount: step.slots.size };
    case "settle-slot":
    case "claim-slots":
      return { node: addressJson(step.owner.address), slotCount: step.slots.size };
    case "replicate":
    case "failover":
      return { node: addressJson(step.replica.address) };
    case "meet":
    case "set-epoch":
    case "forget":
    case "reset":
    case "renew-id":
    case "await-ok":
    case "set-config":
      return { node: addressJson(step.node.address) };
  }
}
