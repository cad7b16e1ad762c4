import { readSavedPlan, type SavedPlan } from "../saved/saved-plan.ts";
import { refuseOtherFile } from "./refuse-other-file.ts";
import { planFileSchemas } from "./saved-schemas.ts";

/**
 * The plan that a file holds.
 *
 * @param text what it holds, where it was read already.
 * @throws UsageError for what is another kind of file, is damaged or was changed by hand.
 */
export async function readPlanFile(path: string, text?: string): Promise<SavedPlan> {
  const refuse = (read: string) => refuseOtherFile(path, { text: read, wanted: "saved-plan" });
  return await readSavedPlan(path, { schemas: planFileSchemas, text, refuse });
}
