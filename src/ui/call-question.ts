import { listNames, nodeName } from "../cluster/node-name.ts";
import type { ClusterNode } from "../cluster/topology.ts";
import type { CommandEffect } from "../plan/risky-commands.ts";
import type { UncallableReason } from "../plan/uncallable-commands.ts";
import type { Canvas } from "./canvas.ts";
import { hangText } from "./fit-text.ts";
import { countOf } from "./format-number.ts";

/** What is to be known before a command goes to nodes that it may harm. */
export function callWarning(
  nodes: readonly ClusterNode[],
  { title, effect }: { readonly title: string; readonly effect: CommandEffect },
  { theme, columns }: Canvas,
): string[] {
  const reached = nodes.filter(({ view }) => view);
  const missing = nodes.length - reached.length;
  const text = [
    `${riskText(title, effect)} It goes to ${countOf(reached.length, "node")}: ${listNames(reached.map(nodeName))}.`,
    ...(missing > 0
      ? [`${countOf(missing, "node")} ${missing === 1 ? "does" : "do"} not answer and will not get it.`]
      : []),
  ].join(" ");
  const sign = theme.glyphs.warning;
  const [first = "", ...rest] = hangText(`${sign} `, text, columns);
  return [`${theme.warning(sign)}${first.slice(sign.length)}`, ...rest];
}

/** As a sentence. */
export function riskText(title: string, effect: CommandEffect): string {
  return `${title} ${effects[effect]}.`;
}

const effects: Readonly<Record<CommandEffect, string>> = {
  "deletes-data": "deletes data, which cannot be had back from the cluster",
  "interrupts-service": "can end a node, make it stand still, or drop its clients",
  "changes-topology": "changes who owns or follows what, behind the back of the other nodes",
  "changes-access": "changes who may do what, possibly slotctl too",
  "changes-settings": "changes a setting that data, access or replication depend on",
  "changes-code": "changes scripts, functions or modules that clients may rely on",
  "runs-a-script": "runs a script, which may do anything",
};

/** The question itself. */
export function callQuestion(nodeCount: number): string {
  return nodeCount === 1 ? "Send it to this node?" : `Send it to these ${countOf(nodeCount, "node")}?`;
}

/** Why a command can have no reply, as the end of a sentence. */
export function whyUncallableText(reason: UncallableReason): string {
  return uncallable[reason];
}

const uncallable: Readonly<Record<UncallableReason, string>> = {
  streams: "it turns the connection into a stream, and call waits for one reply",
  "for-one-connection": "it only matters to what comes next on its connection, and call sends one command",
  waits: "it waits for ever, or for as long as --timeout gives a node for its reply",
};
