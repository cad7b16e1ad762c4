import type { MoveProgress, RunEvent, WaitSubject } from "../plan/run-event.ts";
import { listNames } from "../cluster/node-name.ts";
import { countOf, formatBytes, formatNumber, formatSeconds } from "./format-number.ts";
import type { Theme } from "./theme.ts";

type EventOf<Name extends RunEvent["event"]> = Extract<RunEvent, { event: Name }>;

/** What is waited for, and whom. */
export function waitingText({ what, nodes }: EventOf<"waiting">, width: number): string {
  const subject = waitWords[what];
  return nodes.length === 0 ? subject : `${subject}: ${listNames(nodes, width - subject.length - 2)}`;
}

const waitWords: Record<WaitSubject, string> = {
  "nodes-to-join": "Waiting for nodes to know all others",
  "state-ok": "Waiting for nodes to report state ok",
  "views-to-agree": "Waiting for nodes to agree",
  "replica-links": "Waiting for replicas to be in sync",
  promotion: "Waiting for the promotion",
  "node-to-answer": "Waiting for an answer",
};

export function warningLine({ message, node }: EventOf<"warning">, theme: Theme): string {
  const who = node === undefined || message.includes(node) ? "" : `${node}: `;
  return `${theme.warning(`${theme.glyphs.warning} warning`)} ${who}${message}`;
}

/** What an earlier run began and the servers went on with. */
export function migrationFoundText({ from, to, slots }: EventOf<"migration-found">): string {
  return `An earlier run's migration of slots ${slots} from ${from} to ${to} goes on; it is waited for.`;
}

/** The figures of a move: how much there is and how fast it goes, and how long that will take, if that is known. */
export function moveFigures(progress: MoveProgress): { amounts: string[]; left: string[] } {
  const { slotsDone, slotsTotal, keysDone, keysTotal, keysPerSecond, etaSeconds } = progress;
  const keys = Math.max(keysDone, keysTotal);
  const bytes = bytesDoneIn(progress);
  return {
    amounts: [
      `${formatNumber(slotsDone)} of ${countOf(slotsTotal, "slot")}`,
      // Writes go on meanwhile, so more keys can be moved than were counted.
      ...(keys > 0 ? [`${formatNumber(keysDone)} of ${countOf(keys, "key")}`] : []),
      ...(bytes === undefined ? [] : [formatBytes(bytes)]),
      ...(keysPerSecond > 0 ? [`${formatNumber(keysPerSecond)} keys/s`] : []),
    ],
    // An estimate is no more exact than a second.
    left: etaSeconds === undefined || slotsDone >= slotsTotal ? [] : [`${formatEta(etaSeconds)} left`],
  };
}

/** `mover classic`, or all where there are several. */
export function moversIn({ pairs }: MoveProgress): string[] {
  const movers = [...new Set(pairs.map(({ mover }) => mover))];
  if (movers.length === 0) return [];
  return [`${movers.length === 1 ? "mover" : "movers"} ${movers.join(" and ")}`];
}

/** Undefined unless every mover that has moved keys sees their bytes: a part of them would pass for all. */
export function bytesDoneIn({ pairs }: MoveProgress): number | undefined {
  const moving = pairs.filter(({ keysDone }) => keysDone > 0);
  const known = moving.flatMap(({ bytesDone }) => bytesDone ?? []);
  if (known.length === 0 || known.length < moving.length) return undefined;
  return known.reduce((sum, bytes) => sum + bytes, 0);
}

export function formatEta(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds));
  return whole < 60 ? `${whole} s` : formatSeconds(whole);
}
