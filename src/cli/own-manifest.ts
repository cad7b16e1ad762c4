import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Interfaces } from "@oclif/core";

/** Our own package.json. */
export function ownManifest(): Interfaces.PJSON {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return JSON.parse(text) as Interfaces.PJSON;
}

export function ownFolder(): string {
  return fileURLToPath(new URL("../..", import.meta.url));
}
