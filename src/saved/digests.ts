import { createHash } from "node:crypto";
import type { Topology } from "../cluster/topology.ts";

/** A digest of each part of a document, its own left out: of a list named `steps` one for each item. */
export function digestsOf(document: Readonly<Record<string, unknown>>): Record<string, string | string[]> {
  const parts = Object.entries(document).filter(([key]) => key !== "digests" && key !== "$schema");
  return Object.fromEntries(
    parts.map(([key, value]) => [
      key,
      key === "steps" && Array.isArray(value) ? value.map(digestOf) : digestOf(value),
    ]),
  );
}

/** Where a document is not what it was when its digests were made, as a path such as `steps[2]`. */
export function changedSince(
  document: Readonly<Record<string, unknown>>,
  recorded: Readonly<Record<string, string | readonly string[]>>,
): (string | number)[] | undefined {
  for (const [key, now] of Object.entries(digestsOf(document))) {
    const was = recorded[key];
    if (typeof now === "string") {
      if (now !== was) return [key];
      continue;
    }
    const before = Array.isArray(was) ? was : [];
    const index = now.findIndex((digest, place) => digest !== before[place]);
    if (index !== -1) return [key, index];
    if (before.length !== now.length) return [key];
  }
  return undefined;
}

/** Equal digests are equal slot maps. */
export function slotMapDigest({ nodes }: Topology): string {
  const owned = nodes.filter(({ slots }) => slots.size > 0).map(({ id, slots }) => `${id} ${slots}`);
  return `sha256:${digestOf(owned.toSorted())}`;
}

function digestOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
