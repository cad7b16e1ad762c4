import { formatAddress } from "../cluster/address.ts";
import { NodeFailed } from "../errors.ts";
import type { ApplyContext } from "./apply-context.ts";
import { type AtomicServer, keysIn, type MigrationJob } from "./atomic-server.ts";

/**
 * CLUSTER MIGRATION of Redis 8.4 and later: the target pulls. One that failed begins anew by itself, for
 * ever, until it is cancelled at the target.
 */
export const redisAtomic: AtomicServer = {
  chief: "target",
  cancelCommand: "CLUSTER MIGRATION CANCEL ALL",
  mayStart: refuseFullTarget,
  start: ({ clients }, { move, slots }) => clients.at(move.to.address).importSlots(slots),
};

/**
 * A target takes in what comes, far beyond its maxmemory (seen with 8.6), and refuses its clients' writes
 * afterwards: so it is asked beforehand whether there is room.
 */
async function refuseFullTarget({ clients }: ApplyContext, job: MigrationJob): Promise<void> {
  const { move } = job;
  const target = clients.at(move.to.address);
  const look = await target.look();
  if (!("view" in look) || look.view.maxmemoryBytes === 0) return;
  const bytes = Math.round(keysIn(job) * move.bytesPerKey);
  const { memoryBytes, maxmemoryBytes } = look.view;
  if (bytes === 0 || memoryBytes + bytes <= maxmemoryBytes) return;
  // One that evicts makes room, at the cost of keys that it was told it may lose.
  if ((await target.getConfig("maxmemory-policy")) !== "noeviction") return;
  const node = formatAddress(move.to.address);
  throw new NodeFailed(
    `${node} has no room for slots ${job.slots}: they take about ${megabytes(bytes)}, and it uses ${megabytes(memoryBytes)} of ${megabytes(maxmemoryBytes)}. They stay where they are, and no slot is open.`,
    {
      code: "target-full",
      node,
      hint: "Raise maxmemory on it or free memory, then run the same command again: it goes on from here.",
    },
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
