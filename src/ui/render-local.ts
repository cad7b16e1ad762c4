import type { Canvas } from "./canvas.ts";
import { countOf } from "./format-number.ts";
import type { ShownLocal } from "./json-local.ts";

/** The nodes that would be started. */
export function renderLocalPlan(
  { serverPath, engine, version, directory, nodes }: ShownLocal,
  { theme }: Pick<Canvas, "theme">,
): string[] {
  return [
    theme.strong(`Start ${countOf(nodes.length, "node")} of ${engine} ${version} (${serverPath})`),
    ...nodes.map(
      (node) => `  ${theme.added("+")} ${theme.address(node.address)}  ${theme.dim(node.directory)}`,
    ),
    theme.dim(`Nothing was started; the directory will be ${directory}.`),
  ];
}

/** What was started, and where its conf and logs are. */
export function renderLocalStart(
  { directory, engine, version, nodes }: ShownLocal,
  { theme }: Pick<Canvas, "theme">,
): string[] {
  const ends = [...new Set([nodes[0], nodes.at(-1)].flatMap((node) => node?.address ?? []))];
  return [
    `${theme.ok(theme.glyphs.ok)} Started ${countOf(nodes.length, "node")} of ${engine} ${version}: ${ends.join(" to ")}.`,
    theme.dim(`  Confs and logs: ${directory}`),
  ];
}

export function renderLocalList(clusters: readonly ShownLocal[], { theme }: Pick<Canvas, "theme">): string[] {
  if (clusters.length === 0) return ["No local clusters. slotctl local up starts one."];
  return clusters.flatMap((cluster) => {
    const running = cluster.nodes.filter((node) => node.pid !== undefined).length;
    const paint = running === cluster.nodes.length ? theme.ok : theme.warning;
    return [
      `${theme.strong(cluster.name)}  ${cluster.engine} ${cluster.version}  ${paint(`${running} of ${countOf(cluster.nodes.length, "node")} running`)}  ${theme.dim(cluster.directory)}`,
      ...cluster.nodes.map(
        (node) =>
          `  ${theme.address(node.address)}  ${node.pid === undefined ? theme.warning("not running") : `pid ${node.pid}`}`,
      ),
    ];
  });
}

/** What was stopped; `name` is the base port. */
export function renderLocalStop(
  { name, stopped, dead, killed }: { name: string; stopped: number; dead: number; killed: number },
  { theme }: Pick<Canvas, "theme">,
): string[] {
  const facts = [
    `stopped ${countOf(stopped, "node")}`,
    ...(dead > 0 ? [`${dead} did not run any more`] : []),
    ...(killed > 0 ? [`${killed} had to be killed`] : []),
  ];
  return [`${theme.ok(theme.glyphs.ok)} Local cluster ${name} is gone: ${facts.join(", ")}.`];
}

export function renderNoLocal(name: string): string[] {
  return [`There is no local cluster ${name}: nothing to do. slotctl local list shows those that there are.`];
}
