import {
  BIG_KEY_BYTES,
  holdsClientsUp,
  type Survey,
  type SurveyedKey,
  type SurveyedPair,
} from "../plan/survey.ts";
import { escapedKey } from "./key-text.ts";
import { keysUnseenIn, surveyTotals } from "./survey-totals.ts";

/** What `--survey` found, as `data.survey`. */
export function surveyJson(survey: Survey) {
  const { keys, keysUnseen, bytes, bigKeys } = surveyTotals(survey);
  return {
    keys,
    keysUnseen,
    bytes,
    bigKeys,
    bigKeyBytes: BIG_KEY_BYTES,
    pairs: survey.pairs.map(pairJson),
    largestKeys: survey.largest.map(keyJson),
  };
}

function pairJson(pair: SurveyedPair) {
  const { from, to, mover, slots, keys, bytes, bigKeys } = pair;
  return { from, to, mover, slotCount: slots, keys, keysUnseen: keysUnseenIn(pair), bytes, bigKeys };
}

function keyJson(surveyed: SurveyedKey) {
  const { key, slot, database, from, to, bytes } = surveyed;
  return { key: escapedKey(key), slot, database, from, to, bytes, holdsClientsUp: holdsClientsUp(surveyed) };
}
