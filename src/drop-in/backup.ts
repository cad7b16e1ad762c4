import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import { carryOutBackup } from "../cli/carry-out-backup.ts";
import { EXIT } from "../cli/exit-codes.ts";
import { nodeName } from "../cluster/node-name.ts";
import { nodeById, type Topology } from "../cluster/topology.ts";
import { FileFailed } from "../errors.ts";
import { fileReason } from "../files/file-reason.ts";
import type { BackupPlan } from "../plan/backup.ts";
import { planBackup } from "../plan/plan-backup.ts";
import { tellInfo } from "./info-and-check.ts";
import { nodesJson } from "./nodes-json.ts";
import { openCluster, type Session, seedName } from "./session.ts";
import { tellCheck } from "./tell-check.ts";
import { vocabularyOf } from "./vocabulary.ts";

/** backup h:p directory */
export async function backup(session: Session): Promise<boolean> {
  const { invocation, output, teller } = session;
  const directory = invocation.args[1] ?? "";
  using cluster = await openCluster(session);
  const topology = await cluster.observe();
  const telling = { teller, first: seedName(cluster) };
  tellInfo(topology, telling);
  const isSound = tellCheck(topology, telling);
  if (!isSound) {
    teller.warning(
      "*** Cluster seems to have some problems, please be aware of it if you're going to restore this backup.",
    );
  }
  const plan = planBackup({ topology, wish: { from: "auto", allowPartial: true } });
  for (const { primaryId } of plan.saves) {
    const primary = nodeById(topology, primaryId);
    if (primary) teller.heading(`>>> Node ${nodeName(primary)} -> Saving RDB...`);
  }
  const asked = { cluster, output, directory, progress: "none", shardsAtOnceMax: 4 } as const;
  await carryOutBackup(namedAsBefore(plan, topology), asked);
  const isWhole = process.exitCode !== EXIT.problemsFound;
  await writeNodes(join(directory, "nodes.json"), topology);
  teller.ok(`[OK] Backup created into: ${directory}`);
  return isWhole;
}

/** The files have the names that redis-cli gives them. */
function namedAsBefore(plan: BackupPlan, topology: Topology): BackupPlan {
  const prefix = vocabularyOf(topology).server.toLowerCase();
  const saves = plan.saves.map((save) => {
    const address = nodeById(topology, save.primaryId)?.address;
    const place = address ? `${address.host.replaceAll(":", "_")}-${address.port}-` : "";
    return { ...save, fileName: `${prefix}-node-${place}${save.primaryId}.rdb` };
  });
  return { ...plan, saves };
}

async function writeNodes(path: string, topology: Topology): Promise<void> {
  try {
    await writeFile(path, `${JSON.stringify(nodesJson(topology), null, 2)}\n`, { mode: 0o600, flush: true });
  } catch (cause) {
    const reason = fileReason(cause);
    throw new FileFailed(`${path} cannot be written: ${reason}.`, { code: "file-failed", reason, cause });
  }
}
