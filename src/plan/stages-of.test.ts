import fc from "fast-check";
import { expect, test } from "vitest";
import { everyStep } from "../../test/support/every-step.ts";
import { stagesOf } from "./stages-of.ts";

const plans = fc.array(fc.constantFrom(...everyStep().slice(0, 3)), { maxLength: 12 });

test("stages have all steps in their order, each stage all neighbours of one kind", () => {
  fc.assert(
    fc.property(plans, (steps) => {
      const stages = stagesOf(steps);
      expect(stages.flatMap((stage) => stage.steps)).toEqual(steps);
      let index = 0;
      for (const [place, stage] of stages.entries()) {
        expect(stage.firstIndex).toBe(index);
        expect(new Set(stage.steps.map(({ kind }) => kind))).toEqual(new Set([stage.kind]));
        expect(stages[place + 1]?.kind).not.toBe(stage.kind);
        index += stage.steps.length;
      }
    }),
  );
});
