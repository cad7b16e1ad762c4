import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished, expect, test, vi } from "vitest";
import { aCluster } from "../../test/support/a-cluster.ts";
import { aDirectory } from "../../test/support/a-directory.ts";
import { captureStreams } from "../../test/support/captured-streams.ts";
import { faultsIn } from "../../test/support/schema-faults.ts";
import { BackupFolder } from "../backup/backup-folder.ts";
import type { Topology } from "../cluster/topology.ts";
import { Bug, ConnectFailed, NodeFailed } from "../errors.ts";
import { planBackup } from "../plan/plan-backup.ts";
import type { RdbStream } from "../wire/rdb-stream.ts";
import { type CarryOutBackup, carryOutBackup } from "./carry-out-backup.ts";
import { Output } from "./output.ts";

const RDB = Buffer.concat([Buffer.from("REDIS0011"), Buffer.from([0xff, 1, 2, 3, 4, 5, 6, 7, 8])]);
const topology = aCluster([{ name: "a", slots: "0-16383" }]);
const plan = planBackup({ topology, wish: { from: "auto", allowPartial: false } });
const gone = new ConnectFailed("10.0.0.1:6379 does not answer; sesame.", { code: "node-unreachable" });

function aStream(): RdbStream {
  return {
    replicationId: "8371445ee33c1a3f0fc9e9d0f0e3f7a7a44d0f10",
    replicationOffset: 1,
    snapshotAtMs: 1000,
    bytesTotal: RDB.length,
    async *chunks() {
      yield RDB;
    },
    [Symbol.dispose]: () => {},
  };
}

/** Backs a cluster up that answers so, and tells what came of it. */
async function backUp({
  again = () => Promise.resolve(topology),
  open = () => Promise.resolve(aStream()),
}: {
  again?: () => Promise<Topology>;
  open?: () => Promise<RdbStream>;
}) {
  const streams = captureStreams();
  const exitCode = process.exitCode;
  onTestFinished(() => void (process.exitCode = exitCode));
  const directory = join(await aDirectory(), "b");
  const asked: CarryOutBackup = {
    cluster: { observeAgain: again, openRdb: open },
    output: new Output({ command: "backup", json: true, colourAllowed: false, secrets: ["sesame"] }),
    directory,
    progress: "none",
    shardsAtOnceMax: 1,
  };
  const failure = await carryOutBackup(plan, asked).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { streams, directory, failure };
}

test("a whole backup is complete", async () => {
  const { streams, failure } = await backUp({});
  expect(failure).toBeUndefined();
  expect(JSON.parse(streams.stdout())).toMatchObject({
    data: { manifest: { complete: true, movedSlots: "" }, problems: [] },
  });
});

test("what was saved is kept where the slots cannot be looked at again, and that is said", async () => {
  const { streams, directory, failure } = await backUp({ again: () => Promise.reject(gone) });
  expect(failure).toBeUndefined();
  expect(process.exitCode).toBe(3);
  const { data } = JSON.parse(streams.stdout()) as { data: unknown };
  expect(data).toMatchObject({ problems: [{ code: "slots-unseen", severity: "error", slots: "0-16383" }] });
  expect(faultsIn("backup", data)).toEqual([]);
  const text = await readFile(join(directory, "manifest.json"), "utf8");
  expect(JSON.parse(text)).toMatchObject({ complete: false, movedSlots: null });
  expect(faultsIn("manifest", JSON.parse(text))).toEqual([]);
  expect(text).toContain("could not be looked at again");
  expect(text).not.toContain("sesame");
});

test("a defect of ours is told as one, and nothing is kept", async () => {
  const { directory, failure } = await backUp({ again: () => Promise.reject(new Bug("it cannot be")) });
  expect(failure).toBeInstanceOf(Bug);
  await expect(readdir(directory)).rejects.toMatchObject({ code: "ENOENT" });
});

test("why there is no backup is told also where what was saved cannot be removed", async () => {
  const abandon = vi.spyOn(BackupFolder.prototype, "abandon").mockRejectedValue(new Error("EIO: so it is"));
  onTestFinished(() => abandon.mockRestore());
  const refusal = new NodeFailed("10.0.0.1:6379 said no.", { code: "save-refused" });
  const { streams, failure } = await backUp({ open: () => Promise.reject(refusal) });
  expect(failure).toMatchObject({ code: "save-refused" });
  expect(String(failure)).toContain("is removed by the next run");
  expect(streams.stderr()).toContain("so it is");
});
