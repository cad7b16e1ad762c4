import { casesOfMigrations } from "./migration-cases.ts";
import { casesOfNodes } from "./node-cases.ts";
import type { ProblemCase } from "./problem-case.ts";
import { casesOfReplication } from "./replication-cases.ts";
import { casesOfSettings } from "./setting-cases.ts";
import { casesOfSlots } from "./slot-cases.ts";

/** At least one for every code. */
export const problemCases: readonly ProblemCase[] = [
  ...casesOfSlots,
  ...casesOfMigrations,
  ...casesOfNodes,
  ...casesOfReplication,
  ...casesOfSettings,
];
