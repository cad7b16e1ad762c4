import { Refused } from "../errors.ts";
import { type LocalLook, lookAtLocal } from "./look-at-local.ts";
import { readRecord, recordedDirectories } from "./record.ts";

export interface LocalList {
  /** By base port. */
  readonly clusters: readonly LocalLook[];
  /** One for each directory whose record cannot be read: what and why. */
  readonly unreadable: readonly Refused[];
}

/** All local clusters with what of them runs, dead ones included. */
export async function listLocal(stateDirectory: string): Promise<LocalList> {
  const directories = await recordedDirectories(stateDirectory);
  const clusters: LocalLook[] = [];
  const unreadable: Refused[] = [];
  for (const directory of directories) {
    try {
      const cluster = await readRecord(directory);
      if (cluster) clusters.push(await lookAtLocal(cluster));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      unreadable.push(error);
    }
  }
  return { clusters, unreadable };
}
