import { setTimeout as sleep } from "node:timers/promises";
import { type Address, formatAddress } from "../cluster/address.ts";
import type { Plan } from "../plan/plan.ts";
import { SLOT_KEYS_SEEN_MAX, type Survey } from "../plan/survey.ts";
import { type PairSurveyTally, SurveyTally } from "../plan/survey-tally.ts";
import type { StepOf } from "../plan/step.ts";
import { surveyProgressText } from "../ui/render-survey.ts";
import { eachNode } from "../wire/each-node.ts";
import type { NodeClient } from "../wire/node-client.ts";
import { Room } from "../wire/room.ts";
import { surveySlots } from "../wire/survey-slots.ts";

/** How many names of keys are held at once, whatever the nodes hold. */
const NAMES_HELD_MAX = SLOT_KEYS_SEEN_MAX;
/** How often a long survey says how far it is. */
const TELL_EVERY_MS = 3000;

export interface SurveyClients {
  at(address: Address): Pick<NodeClient, "databases" | "countKeys" | "keysIn" | "sizesOf">;
}

/** Looks at the keys in the slots that a plan moves, on all their nodes side by side. Nothing is changed. */
export async function surveyMoves(
  plan: Plan,
  { clients, tell }: { readonly clients: SurveyClients; readonly tell: (line: string) => void },
): Promise<Survey> {
  const tally = new SurveyTally();
  const moves = plan.steps.flatMap((step) =>
    step.kind === "move-slots" ? [{ step, pair: tally.begin(step) }] : [],
  );
  const bySource = Map.groupBy(moves, ({ step }) => formatAddress(step.from.address));
  const room = new Room(NAMES_HELD_MAX);
  const timer = setInterval(() => tell(surveyProgressText(tally.survey)), TELL_EVERY_MS);
  try {
    await eachNode([...bySource.values()], async (ofSource) => {
      for (const move of ofSource) await surveyMove(move, { clients, room });
    });
  } finally {
    clearInterval(timer);
  }
  return tally.survey;
}

async function surveyMove(
  { step, pair }: { readonly step: StepOf<"move-slots">; readonly pair: PairSurveyTally },
  { clients, room }: { readonly clients: SurveyClients; readonly room: Room },
): Promise<void> {
  await surveySlots(clients.at(step.from.address), {
    slots: [...step.slots],
    slotKeysMax: SLOT_KEYS_SEEN_MAX,
    room,
    clock: { nowMs: () => performance.now(), sleep: (ms) => sleep(ms) },
    onCount: (keys) => pair.counted(keys),
    onKey: (key) => pair.seen(key),
  });
}
