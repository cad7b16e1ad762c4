import { carryOutImport, type ImportVoice, planImportInto } from "../cli/carry-out-import.ts";
import { ImportSources, serverFrom } from "../cli/import-sources.ts";
import { formatAddress } from "../cluster/address.ts";
import { Refused, UsageError } from "../errors.ts";
import { countsText, noteText } from "../ui/import-wordings.ts";
import type { NodeAccess } from "../wire/node-access.ts";
import { readPassword } from "./read-drop-in-access.ts";
import { openCluster, type Session, seedName, settingsOf } from "./session.ts";
import { tellCheck } from "./tell-check.ts";
import type { Teller } from "./teller.ts";

/**
 * import h:p --cluster-from h:p [--cluster-from-user u] [--cluster-from-pass p | --cluster-from-askpass]
 * [--cluster-copy] [--cluster-replace]
 */
export async function importKeys(session: Session): Promise<boolean> {
  const { invocation, output, teller } = session;
  const from = invocation.settings.get("from");
  if (from === undefined) {
    throw new UsageError("[ERR] Option '--cluster-from' is required for subcommand 'import'.", {
      code: "usage",
    });
  }
  const { flags } = invocation;
  const access = await sourceAccess(session, /^rediss:/i.test(from));
  using cluster = await openCluster(session);
  teller.heading(`>>> Importing data from ${output.redact(from)} to cluster ${seedName(cluster)}`);
  const topology = await cluster.observe({ moving: true });
  if (!tellCheck(topology, { teller, first: seedName(cluster) })) {
    throw new Refused("*** Please fix your cluster problems before importing.", { code: "cluster-unsound" });
  }
  const sources = await ImportSources.find([await serverFrom(from, { access, output })]);
  const plan = await planImportInto(cluster, {
    topology,
    sources,
    wish: {
      copy: flags.has("copy"),
      onConflict: flags.has("replace") ? "replace" : "stop",
      // As redis-cli, which knows no other.
      databases: [0],
      databaseMap: new Map(),
      verify: false,
      memoryUnchecked: true,
    },
  });
  const { waitMs } = settingsOf(invocation);
  const settings = {
    dryRun: false,
    exitCode: false,
    yes: true,
    progress: "none",
    waitMs,
    sourcesAtOnceMax: 16,
    keysPerSecondMax: undefined,
  } as const;
  await carryOutImport(plan, { cluster, sources, output, settings, voice: voiceOf(teller) });
  return true;
}

/** The source has credentials of its own; TLS it has only where its address says so. */
async function sourceAccess(
  { invocation, access, answers, output }: Session,
  isTls: boolean,
): Promise<NodeAccess> {
  const { flags, settings } = invocation;
  const asked = flags.has("from-ask-password") ? await readPassword(answers) : undefined;
  output.protect(asked);
  return {
    ...access,
    username: settings.get("from-user"),
    password: asked ?? settings.get("from-password"),
    tls: isTls ? access.tls : undefined,
  };
}

function voiceOf(teller: Teller): ImportVoice {
  return {
    showPlan: ({ steps, notes }) => {
      const keys = steps.reduce((sum, step) => sum + step.keys, 0);
      teller.line(`*** Importing ${keys} keys from DB 0`);
      for (const note of notes) teller.warning(`*** WARNING: ${noteText(note)}`);
    },
    ask: () => Promise.resolve(),
    makeProgress: () => Promise.resolve({ onEvent: () => {}, close: () => {} }),
    showImported: ({ steps, wish }, { counts }) => {
      const whence = steps.map((step) => formatAddress(step.from)).join(", ");
      teller.ok(`[OK] Keys of ${whence}: ${countsText(counts, { isMove: !wish.copy })}.`);
    },
  };
}
