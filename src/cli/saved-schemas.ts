import node from "../ui/schemas/node.json" with { type: "json" };
import planFile from "../ui/schemas/plan-file.json" with { type: "json" };
import plan from "../ui/schemas/plan.json" with { type: "json" };
import snapshot from "../ui/schemas/snapshot.json" with { type: "json" };

/** The schemas of the files that slotctl reads, each with those that it refers to. */
export const planFileSchemas = [planFile, snapshot, plan, node];
export const snapshotSchemas = [snapshot, node];
