import { runSlotctl, type SlotctlDocument, type SlotctlOptions, type SlotctlResult } from "./run-slotctl.ts";
import { faultsIn } from "./schema-faults.ts";

/** What `slotctl … --json` printed, found to be as its schema says. */
export interface SlotctlJson extends SlotctlResult {
  readonly document: SlotctlDocument;
  /** What the document's `data` holds, for tests that look into it freely. */
  readonly data: SlotctlData;
}

/** The parts of all commands' data that tests look at. */
type SlotctlData = {
  readonly applied: number;
  readonly plan: {
    readonly steps: readonly {
      readonly kind: string;
      readonly from?: { readonly address: string };
      readonly mover?: string;
      readonly why?: { readonly rule: string; readonly risk: string; readonly message: string };
    }[];
    readonly notes: readonly NoteJson[];
  };
  readonly problems: readonly ProblemJson[];
  readonly state: "ok" | "problems";
  readonly nodes: readonly NodeJson[];
  readonly totals: {
    readonly keys: number;
    readonly slotsCovered: number;
    readonly primaries: number;
    readonly replicas: number;
  };
};

interface NoteJson {
  readonly kind: string;
  readonly message: string;
  readonly node?: string;
}

export interface ProblemJson {
  readonly code: string;
  readonly severity: "error" | "warning" | "info";
  readonly message: string;
  readonly nodes: readonly string[];
  readonly slots?: string;
  readonly hint: string;
}

interface NodeJson {
  readonly id: string;
  readonly address: string | null;
  readonly hostname?: string;
  readonly role: "primary" | "replica";
  readonly primaryId?: string;
  readonly slots: string;
  readonly slotCount: number;
  readonly keys: number | null;
  readonly engine: string | null;
  readonly version: string | null;
  readonly lagBytes?: number;
  readonly reachable: boolean;
  readonly flags: readonly string[];
}

/** Runs slotctl, which must exit 0. */
export async function mustSlotctl(...args: readonly string[]): Promise<SlotctlResult> {
  const result = await runSlotctl(args);
  if (result.exitCode === 0) return result;
  throw new Error(`slotctl ${args.join(" ")} exited ${result.exitCode}:\n${result.stdout}\n${result.stderr}`);
}

export interface SlotctlJsonOptions extends SlotctlOptions {
  /** The exit code it must end with; by default 0. */
  readonly exits?: number | "anyhow";
  /** Words that come last of all, behind `--json`. */
  readonly behind?: readonly string[];
}

/** Runs slotctl with `--json`, and holds its exit code and its document against what they should be. */
export async function slotctlJson(
  args: readonly string[],
  { exits = 0, behind = [], ...options }: SlotctlJsonOptions = {},
): Promise<SlotctlJson> {
  const result = await runSlotctl([...args, "--json", ...behind], options);
  const document = documentOf(args, result);
  const faults = [
    ...(exits === "anyhow" || result.exitCode === exits ? [] : [`it should have exited ${exits}`]),
    ...[...faultsIn("envelope", document), ...dataFaults(document)].map((fault) => `by its schema, ${fault}`),
  ];
  const data = document.data as SlotctlData;
  if (faults.length > 0) throw new Error([...faults, gistOf(args, { result, document, data })].join("\n"));
  return { ...result, document, data };
}

/** What it said, short enough to read. */
function gistOf(
  args: readonly string[],
  { result, document, data }: { result: SlotctlResult; document: SlotctlDocument; data: SlotctlData },
): string {
  const problems = (data?.problems ?? []).map(
    ({ severity, code, message }) => `${severity} ${code}: ${message}`,
  );
  const said = document.error ? [`${document.error.code}: ${document.error.message}`] : [];
  return [`slotctl ${args.join(" ")} exited ${result.exitCode}`, ...said, ...problems, result.stderr].join(
    "\n",
  );
}

function documentOf(args: readonly string[], result: SlotctlResult): SlotctlDocument {
  try {
    return result.json();
  } catch (cause) {
    const printed = `stdout: ${result.stdout}\nstderr: ${result.stderr}`;
    throw new Error(`slotctl ${args.join(" ")} did not print one JSON document\n${printed}`, { cause });
  }
}

/** A command that failed before it knew anything has no data. */
function dataFaults({ command, ok, data }: SlotctlDocument): string[] {
  if (!ok && data === undefined) return [];
  return faultsIn(
    ["info", "check", "call", "diff", "show", "import"].includes(command) ? command : "change",
    data,
  );
}
