import { formatAddress } from "../cluster/address.ts";
import { listNames } from "../cluster/node-name.ts";
import type { ImportCounts, ImportNote, ImportPlan, ImportStep } from "../plan/import.ts";
import { countOf, formatNumber } from "./format-number.ts";

/** What an import sets out to do, in one line. */
export function importSummary({ steps, wish }: ImportPlan): string {
  if (steps.length === 0) return "No key to import";
  const keys = steps.reduce((sum, step) => sum + step.keys, 0);
  const servers = new Set(steps.map(({ source }) => source)).size;
  return `${wish.copy ? "Copy" : "Move"} ${countOf(keys, "key")} from ${countOf(servers, "server")}`;
}

export function stepText({ from, database, toDatabase, keys }: ImportStep): string {
  const to = database === toDatabase ? "" : `, to become database ${toDatabase}`;
  return `${formatAddress(from)}, database ${database}: ${countOf(keys, "key")}${to}`;
}

export function ruleText({ wish }: ImportPlan): string {
  switch (wish.onConflict) {
    case "stop":
      return "It stops at a key that the cluster has with another value.";
    case "skip":
      return "A key that the cluster has with another value stays as it is on both sides.";
    case "replace":
      return "A key that the cluster has with another value is overwritten.";
  }
}

export function noteText(note: ImportNote): string {
  switch (note.kind) {
    case "no-replica-confirms":
      return `${listNames([...note.nodes])} ${note.nodes.length === 1 ? "has" : "have"} no replica: what is moved there is deleted at the source though only one node has it.`;
    case "evicts":
      return `${listNames([...note.nodes])} ${note.nodes.length === 1 ? "deletes" : "delete"} keys when memory is full (${note.policy}).`;
    case "source-is-replica":
      return `${note.node} is a replica: what its primary has written last may be missing.`;
  }
}

/** What has become of the keys, in a few words. */
export function countsText(counts: ImportCounts, { isMove }: { readonly isMove: boolean }): string {
  const { written, identical, replaced, skipped, gone, verified } = counts;
  const parts = [
    `${formatNumber(written)} written`,
    ...some(replaced, "replaced"),
    ...some(identical, "there already with the same value"),
    ...some(skipped, "skipped"),
    ...some(gone, "deleted by clients or ended meanwhile"),
    ...(isMove ? [`${formatNumber(counts.taken)} deleted at the source`] : []),
    ...some(verified, "compared"),
  ];
  return parts.join(", ");
}

function some(count: number, what: string): string[] {
  return count > 0 ? [`${formatNumber(count)} ${what}`] : [];
}
