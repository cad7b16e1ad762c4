import type { BenchRow, Measure } from "./bench-row.ts";
import type { Sample } from "./sample.ts";
import type { Grounds } from "./grounds.ts";

/** What a row came to on one server: samples of the same index were taken one right after the other. */
export interface RowResult {
  readonly row: BenchRow;
  /** Those of the row, with what is required on this server. */
  readonly measures: readonly Measure[];
  readonly rival: string;
  readonly ours: readonly Sample[];
  readonly theirs: readonly Sample[];
}

/**
 * Runs both sides in turn, slotctl first, so that whatever else the machine does meanwhile meets both alike.
 *
 * @param say is told of each run as it ends.
 */
export async function runRow(
  row: BenchRow,
  { grounds, rounds, say }: { grounds: Grounds; rounds: number; say: (line: string) => void },
): Promise<RowResult> {
  say(`${row.title}: getting ready`);
  await using contest = await row.prepare(grounds);
  const ours: Sample[] = [];
  const theirs: Sample[] = [];
  for (let round = 1; round <= rounds; round++) {
    const place = `${row.name}, round ${round} of ${rounds}`;
    const our = await contest.ours();
    ours.push(our);
    say(`${place}: slotctl ${facts(our)}`);
    if (round > (row.rivalRoundsMax ?? rounds)) continue;
    const their = await contest.theirs(round);
    theirs.push(their);
    say(`${place}: ${contest.rival} ${facts(their)}`);
  }
  const measures = row.measures.map((measure) => requiredHere(measure, grounds));
  return { row, measures, rival: contest.rival, ours, theirs };
}

/** Without what is required on other servers only. */
function requiredHere(measure: Measure, { server }: Grounds): Measure {
  if (measure.requiredOn === undefined || measure.requiredOn(server)) return measure;
  const { name, unit, isUncompared = false } = measure;
  return { name, unit, isUncompared };
}

function facts(sample: Sample): string {
  return Object.entries(sample)
    .map(([measure, value]) => `${value < 100 ? value.toFixed(2) : Math.round(value)} ${measure}`)
    .join(", ");
}
