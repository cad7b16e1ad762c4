import { globSync } from "node:fs";
import { defineConfig } from "rolldown";
import { thirdPartyNotices } from "./third-party-notices.ts";

/**
 * Few files instead of the hundreds that the libraries have: finding and opening them was most of what a short
 * command took. Every command is an entry, and loads what it shares with others and nothing besides.
 */
export default defineConfig({
  input: Object.fromEntries(
    ["cli/main", "drop-in/main", ...commands()].map((name) => [name, `src/${name}.ts`] as const),
  ),
  platform: "node",
  // oclif looks for it to run plugins from their source, and does without.
  external: ["typescript"],
  // What a library would read beside itself is not there, and it must see that instead of a ReferenceError.
  transform: { target: "node22.12", define: { __dirname: "import.meta.dirname" } },
  plugins: [thirdPartyNotices()],
  output: {
    dir: "dist",
    cleanDir: true,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "shared/[name]-[hash].js",
  },
});

function commands(): string[] {
  return globSync("commands/**/*.ts", { cwd: "src" })
    .filter((file) => !file.endsWith(".test.ts"))
    .map((file) => file.replaceAll("\\", "/").replace(/\.ts$/, ""));
}
