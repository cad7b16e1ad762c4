import type { ProblemCode } from "./problem.ts";
import { problemsOfSlots } from "./problems-of-slots.ts";
import { problemsOfViews } from "./problems-of-views.ts";
import { SlotSet } from "./slot-set.ts";
import type { Topology } from "./topology.ts";

/** The slots of which it is not certain who owns them, or where all their keys are. */
export function suspectSlots(topology: Topology): SlotSet {
  const problems = [...problemsOfSlots(topology), ...problemsOfViews(topology)];
  return SlotSet.ofRanges(
    problems.filter(({ code }) => SUSPECTING.includes(code)).flatMap(({ slots }) => slots?.ranges ?? []),
  );
}

const SUSPECTING: readonly ProblemCode[] = [
  "slots-uncovered",
  "slots-unserved",
  "slots-open",
  "slots-with-several-owners",
  "keys-in-foreign-slots",
  "views-disagree-on-slots",
];
