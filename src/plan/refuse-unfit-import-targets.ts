import { formatAddress } from "../cluster/address.ts";
import type { ClockView, ImportTargetView, SourceView } from "../cluster/import-view.ts";
import { listNames, nodeName } from "../cluster/node-name.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { openSlotsOf, ownersOf, type Topology } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import type { ImportInput, ImportStep } from "./import.ts";

type Input = Pick<ImportInput, "topology" | "targets" | "wish">;

/** Above this a TTL would end noticeably earlier in the cluster than at the source. */
const SKEW_MS_MAX = 1000;
const CHECK_HINT = "slotctl check says what is wrong, and slotctl fix repairs it.";

/** @throws Refused for a cluster that cannot take the keys, or not safely. */
export function refuseUnfitImportTargets(input: Input, steps: readonly ImportStep[]): void {
  refuseUnsound(input.topology);
  const sources = [...new Set(steps.map(({ source }) => source))];
  for (const source of sources) {
    for (const target of input.targets) {
      refuseUnreadable(source, target);
      if (steps.some((step) => step.source === source && step.expiring > 0)) refuseSkew(source, target);
    }
  }
  if (!input.wish.memoryUnchecked) refuseTooSmall(input, steps);
}

function refuseUnsound(topology: Topology): void {
  const owners = ownersOf(topology);
  const lost = owners.filter(({ view }) => view === undefined);
  if (lost.length > 0) {
    throw new Refused(
      `${listNames(lost.map(nodeName), 200)} cannot be reached: the keys of its slots have no place to go.`,
      {
        code: "node-unreachable",
        hint: CHECK_HINT,
      },
    );
  }
  const uncovered = SlotSet.all.minus(owners.reduce((all, { slots }) => all.union(slots), SlotSet.empty));
  if (uncovered.size > 0) {
    throw new Refused(`Nobody owns slots ${uncovered}: their keys have no place to go.`, {
      code: "slots-uncovered",
      hint: CHECK_HINT,
    });
  }
  const open = SlotSet.of(openSlotsOf(topology).map(({ slot }) => slot));
  if (open.size > 0) {
    throw new Refused(`Slots ${open} are on their way from one node to another.`, {
      code: "slots-open",
      hint: "Wait until that has ended, or end it with slotctl fix.",
    });
  }
}

function refuseUnreadable(
  { address, payloadVersion, engine, version }: SourceView,
  target: ImportTargetView,
): void {
  if (payloadVersion === undefined || !target.unreadable.includes(payloadVersion)) return;
  const node = formatAddress(target.address);
  throw new Refused(
    `${node} does not understand the values of ${formatAddress(address)}, which is ${engine} ${version} (payload version ${payloadVersion}).`,
    {
      code: "payload-not-understood",
      node,
      reason: "it is older than the source, or of another kind",
      hint: "Upgrade the cluster to the source's version first. Nothing was moved.",
    },
  );
}

/** A moment that is past is stored as nothing at all, and reported as OK. */
function refuseSkew(source: SourceView, target: ImportTargetView): void {
  const aheadMs = target.clock.aheadMs - source.clock.aheadMs;
  if (Math.abs(aheadMs) - uncertainty(source.clock, target.clock) <= SKEW_MS_MAX) return;
  const node = formatAddress(target.address);
  const how = aheadMs > 0 ? "ahead of" : "behind";
  const harm =
    aheadMs > 0
      ? "keys with a time to live would end too early"
      : "keys with a time to live would live too long";
  throw new Refused(
    `The clock of ${node} is ${(Math.abs(aheadMs) / 1000).toFixed(1)} s ${how} that of ${formatAddress(source.address)}: ${harm}.`,
    {
      code: "clock-skew",
      node,
      hint: "Set the clocks of both machines (NTP), then run the same command again.",
    },
  );
}

function uncertainty(a: ClockView, b: ClockView): number {
  return a.errorMs + b.errorMs;
}

/** By what the keys take at the source: about that they will take in the cluster. */
function refuseTooSmall({ topology, targets }: Input, steps: readonly ImportStep[]): void {
  const bytes = bytesOf(steps);
  for (const { id, view, slots } of ownersOf(topology)) {
    if (!view || view.maxmemoryBytes === 0) continue;
    const share = (bytes * slots.size) / SlotSet.all.size;
    if (view.memoryBytes + share <= view.maxmemoryBytes) continue;
    const node = formatAddress(view.address);
    const policy = targets.find((target) => target.id === id)?.maxmemoryPolicy ?? "noeviction";
    const harm =
      policy === "noeviction"
        ? "it would take no more keys before the end"
        : `it would evict keys (${policy})`;
    throw new Refused(
      `${node} has no room for its share of the keys: about ${megabytes(share)} MB, with ${megabytes(view.maxmemoryBytes - view.memoryBytes)} MB free below its maxmemory; ${harm}.`,
      {
        code: "target-too-small",
        node,
        hint: "Raise maxmemory or add shards. Where the estimate is wrong, or eviction is meant, go on with --memory-unchecked.",
      },
    );
  }
}

function bytesOf(steps: readonly ImportStep[]): number {
  return steps.reduce((sum, { source, keys }) => {
    const all = [...source.databases.values()].reduce((count, database) => count + database.keys, 0);
    return sum + (source.datasetBytes * keys) / Math.max(1, all);
  }, 0);
}

function megabytes(bytes: number): string {
  return String(Math.max(0, Math.round(bytes / 1024 / 1024)));
}
