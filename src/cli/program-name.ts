import { readFileSync } from "node:fs";

/** `slotctl/1.2.3`, for files that say who wrote them. */
export function programName(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { version: string };
  return `slotctl/${version}`;
}
