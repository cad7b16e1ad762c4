import { ownManifest } from "./own-manifest.ts";

/** `slotctl/1.2.3`, for files that say who wrote them. */
export function programName(): string {
  return `slotctl/${ownManifest().version}`;
}
