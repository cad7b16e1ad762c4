import { formatAddress } from "../cluster/address.ts";
import type { Backup, BackupPlan, ShardSave } from "../plan/backup.ts";
import type { BackupProblem } from "./backup-wordings.ts";
import type { Canvas } from "./canvas.ts";
import { cutList, hangText } from "./fit-text.ts";
import { countOf, formatBytes, formatSeconds } from "./format-number.ts";
import { hintLines } from "./hint-lines.ts";
import { type Cell, renderTable } from "./table.ts";

/** What would be saved, and from where. */
export function renderBackupPlan(
  plan: BackupPlan,
  { directory, canvas }: { readonly directory: string; readonly canvas: Canvas },
): string[] {
  const { theme } = canvas;
  return [
    theme.strong(`${saveText(plan)} to ${directory}:`),
    ...fileLines(
      plan.saves.map((save) => ({ save, node: firstSource(save), size: "" })),
      canvas,
    ),
  ];
}

/** What a run is about to do, in one line. */
function saveText({ saves }: BackupPlan): string {
  const replicas = saves.filter(({ sources }) => sources[0]?.role === "replica").length;
  const primaries = saves.length - replicas;
  const from = [
    ...(replicas > 0 ? [countOf(replicas, "replica")] : []),
    ...(primaries > 0 ? [countOf(primaries, "primary", "primaries")] : []),
  ];
  const whence = from.length === 0 ? "" : ` from ${from.join(" and ")}`;
  return `Save ${countOf(saves.length, "shard")}${whence}`;
}

/** What was saved, and that the files are not of one instant. */
export function renderBackup(
  { saved, startedAtMs, endedAtMs }: Backup,
  { directory, canvas }: { readonly directory: string; readonly canvas: Canvas },
): string[] {
  const { theme, columns } = canvas;
  const bytes = saved.reduce((sum, file) => sum + file.bytes, 0);
  const amount = `${countOf(saved.length, "shard")}, ${formatBytes(bytes)}`;
  const seconds = formatSeconds((endedAtMs - startedAtMs) / 1000);
  return [
    `${theme.ok(theme.glyphs.ok)} Saved ${amount}, to ${directory} in ${seconds}.`,
    ...fileLines(
      saved.map(({ save, source, bytes }) => ({
        save,
        node: `${formatAddress(source.address)} ${source.role}`,
        size: formatBytes(bytes),
      })),
      canvas,
    ),
    ...hangText(
      "  ",
      "The files are not of one instant: manifest.json says when each shard was saved, and what they do not promise.",
      columns,
    ).map(theme.dim),
  ];
}

export function renderBackupProblems(problems: readonly BackupProblem[], canvas: Canvas): string[] {
  const { theme, columns } = canvas;
  return problems.flatMap(({ severity, message, hint }) => {
    const sign = theme.glyphs[severity];
    const [first = "", ...rest] = hangText(`${sign} `, message, columns);
    return [
      `${theme[severity](sign)}${first.slice(sign.length)}`,
      ...rest,
      ...hintLines(hint, canvas, { indent: "  " }),
    ];
  });
}

interface FileRow {
  readonly save: ShardSave;
  readonly node: string;
  readonly size: string;
}

function fileLines(rows: readonly FileRow[], { theme, columns }: Canvas): string[] {
  const { ellipsis } = theme.glyphs;
  const cells = rows.map(({ save, node, size }): Cell[] => [
    { text: save.fileName },
    { text: `slots ${save.slots}`, paint: theme.slots },
    { text: `from ${node}`, paint: theme.address },
    { text: size },
  ]);
  const shape = [
    { title: "" },
    {
      title: "",
      widthMin: 14,
      fit: (text: string, width: number) => cutList(text, { width, ellipsis }),
      dropRank: 1,
    },
    { title: "" },
    { title: "", align: "right" as const },
  ];
  return renderTable(shape, cells, { width: columns - 2, heading: undefined }).map((line) => `  ${line}`);
}

function firstSource({ sources }: ShardSave): string {
  const [first] = sources;
  return first ? `${formatAddress(first.address)} ${first.role}` : "";
}
