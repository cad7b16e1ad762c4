import { addNode } from "./add-node.ts";
import { backup } from "./backup.ts";
import { call } from "./call.ts";
import { create } from "./create.ts";
import { delNode } from "./del-node.ts";
import { fix } from "./fix.ts";
import { HELP } from "./help-text.ts";
import { importKeys } from "./import.ts";
import { check, info } from "./info-and-check.ts";
import { rebalance } from "./rebalance.ts";
import { reshard } from "./reshard.ts";
import type { Session, Subcommand } from "./session.ts";
import { setTimeoutOnAll } from "./set-timeout.ts";
import type { SubcommandName } from "./subcommand-names.ts";

export const SUBCOMMANDS: Readonly<Record<SubcommandName, Subcommand>> = {
  create,
  check,
  info,
  fix,
  reshard,
  rebalance,
  "add-node": addNode,
  "del-node": delNode,
  call,
  "set-timeout": setTimeoutOnAll,
  import: importKeys,
  backup,
  help,
};

/** redis-cli ends with 1 after its help, as if something had gone wrong. */
function help({ teller }: Session): Promise<boolean> {
  teller.line(HELP);
  return Promise.resolve(true);
}
