import type { FolderFinding, FolderVerdict } from "../plan/backup-verdict.ts";
import type { Canvas } from "./canvas.ts";
import { hangText } from "./fit-text.ts";
import { countOf, formatBytes, formatNumber } from "./format-number.ts";
import { hintLines } from "./hint-lines.ts";

/** Something that is wrong with the files of a backup. */
interface FileProblem {
  readonly code: FolderFinding["kind"];
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly file?: string;
  readonly hint: string;
}

type Fault = Omit<FileProblem, "hint">;

/** `backup --verify` in a document. */
export function verdictJson(directory: string, verdict: FolderVerdict) {
  const problems = verdict.findings.map(fileProblem);
  return {
    directory,
    state: problems.length === 0 ? "ok" : "problems",
    verified: { files: verdict.files, bytes: verdict.bytes },
    problems,
  };
}

export function renderVerdict(directory: string, verdict: FolderVerdict, canvas: Canvas): string[] {
  const { theme, columns } = canvas;
  const problems = verdict.findings.map(fileProblem);
  const lines = problems.flatMap(({ severity, message }) => {
    const sign = theme.glyphs[severity];
    const [first = "", ...rest] = hangText(`${sign} `, message, columns);
    return [`${theme[severity](sign)}${first.slice(sign.length)}`, ...rest];
  });
  const hints = [...new Set(problems.map(({ hint }) => hint))];
  lines.push(...hints.flatMap((hint) => hintLines(hint, canvas, { indent: "  " })));
  if (problems.some(({ severity }) => severity === "error")) return lines;
  const amount = `${countOf(verdict.files, "file")}, ${formatBytes(verdict.bytes)}`;
  return [
    `${theme.ok(theme.glyphs.ok)} ${directory} is as it was written: ${amount}, every checksum right.`,
    ...lines,
  ];
}

function fileProblem(finding: FolderFinding): FileProblem {
  return { ...faultOf(finding), hint: hintFor(finding) };
}

function hintFor(finding: FolderFinding): string {
  switch (finding.kind) {
    case "manifest-missing":
      return finding.isBrokenOff
        ? "If no run goes on there, make another backup: slotctl backup SEED DIRECTORY"
        : "Give the directory that slotctl backup has written, or make another backup: slotctl backup SEED DIRECTORY";
    case "file-unexpected":
      return "The backup does not need it: look at what it is.";
    case "backup-incomplete":
      return "For a complete one, make another backup once slotctl check finds nothing: slotctl backup SEED DIRECTORY";
    default:
      return "Do not restore from it as it is: bring back what was written from a copy of this directory, or make another backup: slotctl backup SEED DIRECTORY";
  }
}

function faultOf(finding: FolderFinding): Fault {
  const code = finding.kind;
  switch (finding.kind) {
    case "manifest-missing":
      return {
        code,
        severity: "error",
        message: finding.isBrokenOff
          ? "This is no backup: the run that was to write it was broken off, or still goes on."
          : "This is no backup: it has no manifest.json.",
      };
    case "manifest-invalid":
      return { code, severity: "error", message: `manifest.json cannot be used: ${finding.reason}.` };
    case "file-missing":
      return about(finding.name, { code, severity: "error", message: "is missing" });
    case "file-unreadable":
      return about(finding.name, { code, severity: "error", message: `cannot be read: ${finding.reason}` });
    case "size-differs":
      return about(finding.name, {
        code,
        severity: "error",
        message: `has changed: it has ${formatNumber(finding.bytes)} bytes, and had ${formatNumber(finding.expectedBytes)}`,
      });
    case "content-differs":
      return about(finding.name, {
        code,
        severity: "error",
        message: "has changed: it is as long as it was, and has another checksum",
      });
    case "file-unexpected":
      return about(finding.name, { code, severity: "warning", message: "is not in the manifest" });
    case "backup-incomplete":
      return {
        code,
        severity: "warning",
        message: "Some slots were not saved, or moved or may have moved meanwhile: manifest.json says more.",
      };
  }
}

/** A name in a directory can be anything, line ends included. */
function about(file: string, problem: Fault): Fault {
  const name = /^[\w.-]+$/.test(file) ? file : JSON.stringify(file);
  return { ...problem, file, message: `${name} ${problem.message}.` };
}
