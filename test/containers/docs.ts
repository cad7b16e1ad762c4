import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const path = fileURLToPath(new URL("../../docs/containers.md", import.meta.url));

/** The blocks of code in docs/containers.md. */
export async function blocksOfDocs(): Promise<string[]> {
  const text = await readFile(path, "utf8");
  return [...text.matchAll(/^```\n([^]*?)^```$/gm)].map(([, block = ""]) => block);
}

/** Its lines that run slotctl, in their order. */
export async function commandsOfDocs(): Promise<string[]> {
  const lines = (await blocksOfDocs()).flatMap((block) => block.split("\n"));
  return lines.filter((line) => line.startsWith("docker run"));
}
