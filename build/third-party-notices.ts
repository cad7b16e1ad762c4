import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "rolldown";

const FILE_NAME = "THIRD-PARTY-NOTICES.txt";

/** Writes beside the bundle whose code it has within it, and the licence texts of that. */
export function thirdPartyNotices(): Plugin {
  return {
    name: "third-party-notices",
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === "chunk" ? file.moduleIds : []));
      const folders = [...new Set(modules.flatMap((id) => packageFolder(id) ?? []))];
      const notices = folders.map(noticeOf).sort();
      this.emitFile({ type: "asset", fileName: FILE_NAME, source: [INTRODUCTION, ...notices].join(RULE) });
    },
  };
}

const INTRODUCTION = "The files beside this one contain code of the following packages.\n";
const RULE = `\n${"-".repeat(80)}\n\n`;

/** The innermost package that a module belongs to; undefined for our own. */
function packageFolder(moduleId: string): string | undefined {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(moduleId)?.[0];
}

/** @throws Error for a package that says nothing about its licence: it may not be handed on. */
function noticeOf(folder: string): string {
  const { name, version, license } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  ) as Readonly<Record<"name" | "version" | "license", string | undefined>>;
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), "utf8").trim());
  if (license === undefined && texts.length === 0) throw new Error(`${folder} has no licence.`);
  return [`${name} ${version}: ${license}`, ...texts].join("\n\n").concat("\n");
}
