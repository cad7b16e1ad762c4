import { SLOT_COUNT } from "../cluster/slot-set.ts";
import type { Topology } from "../cluster/topology.ts";
import { Refused, UsageError } from "../errors.ts";
import { namedNode } from "./named-node.ts";
import { wholeNumber } from "./numbers.ts";
import type { Session } from "./session.ts";
import type { Teller } from "./teller.ts";
import { vocabularyOf } from "./vocabulary.ts";

export interface AskedReshard {
  readonly slots: number;
  readonly toId: string;
  readonly fromIds: readonly string[] | "all";
}

interface Asking {
  readonly topology: Topology;
  readonly teller: Teller;
}

/**
 * How many slots go from where to where, from the options, and asked for where they do not say.
 *
 * @throws Refused at the end of the input, at which redis-cli asks for ever.
 */
export async function askReshard(
  { invocation: { settings }, teller }: Session,
  topology: Topology,
): Promise<AskedReshard> {
  const asking = { topology, teller };
  const slots = await countOfSlots(settings.get("slots"), teller);
  const toText = settings.get("to") ?? (await askFor(teller, "What is the receiving node ID? "));
  const toId = primaryId(toText, asking);
  const from = settings.get("from");
  const named = from === undefined ? await askSources(asking, toId) : from.split(",").filter(Boolean);
  if (named.includes("all")) return { slots, toId, fromIds: "all" };
  const ids = named.map((text) => primaryId(text, asking));
  if (from !== undefined && ids.includes(toId)) tellTargetIsNoSource(teller);
  const fromIds = [...new Set(ids)].filter((id) => id !== toId);
  if (fromIds.length > 0) return { slots, toId, fromIds };
  throw new UsageError("*** No source nodes given, operation aborted.", { code: "usage" });
}

async function countOfSlots(given: string | undefined, teller: Teller): Promise<number> {
  const isCount = (count: number) => count >= 1 && count <= SLOT_COUNT;
  // 0 is redis-cli's default, and asks.
  let count = given === undefined ? 0 : wholeNumber("--cluster-slots", given);
  while (!isCount(count)) {
    const answer = await askFor(teller, `How many slots do you want to move (from 1 to ${SLOT_COUNT})? `);
    count = /^\d+$/.test(answer) ? Number(answer) : 0;
  }
  return count;
}

async function askSources({ topology, teller }: Asking, toId: string): Promise<string[]> {
  teller.lines([
    "Please enter all the source node IDs.",
    "  Type 'all' to use all the nodes as source nodes for the hash slots.",
    "  Type 'done' once you entered all the source nodes IDs.",
  ]);
  const sources: string[] = [];
  for (;;) {
    const answer = await askFor(teller, `Source node #${sources.length + 1}: `);
    if (answer === "all") return ["all"];
    if (answer === "done") return sources;
    const id = primaryId(answer, { topology, teller });
    if (id === toId) tellTargetIsNoSource(teller);
    else sources.push(id);
  }
}

/** An empty line is no answer. */
async function askFor(teller: Teller, question: string): Promise<string> {
  for (;;) {
    const answer = await teller.ask(question);
    if (answer === undefined) {
      throw new Refused("Nothing was changed: the input ended before all was answered.", {
        code: "answered-no",
      });
    }
    if (answer !== "") return answer;
  }
}

function primaryId(text: string, { topology }: Asking): string {
  const node = namedNode(topology, text);
  if (node?.role === "primary") return node.id;
  const { primary } = vocabularyOf(topology);
  throw new UsageError(`*** The specified node (${text}) is not known or not a ${primary}, please retry.`, {
    code: "unknown-node",
  });
}

function tellTargetIsNoSource(teller: Teller): void {
  teller.warning("*** It is not possible to use the target node as source node.");
}
