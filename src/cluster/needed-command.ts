/** A server's command that a change may need at a node, and of which can be asked beforehand whether it may be used. */
export type NeededCommand =
  | "CLUSTER MEET"
  | "CLUSTER ADDSLOTS"
  | "CLUSTER DELSLOTS"
  | "CLUSTER SETSLOT"
  | "CLUSTER SET-CONFIG-EPOCH"
  | "CLUSTER REPLICATE"
  | "CLUSTER FAILOVER"
  | "CLUSTER FORGET"
  | "CLUSTER RESET"
  | "CLUSTER COUNTKEYSINSLOT"
  | "CLUSTER GETKEYSINSLOT"
  | "EXEC"
  | "PING"
  | "SELECT"
  | "MIGRATE"
  | "RESTORE-ASKING"
  | "CONFIG GET"
  | "CONFIG SET"
  | "FUNCTION RESTORE";

/** A needed command that a node does not carry out for us. */
export interface LackingCommand {
  readonly command: NeededCommand;
  /** `missing`: the node knows no such command; `denied`: not for this user. */
  readonly why: "missing" | "denied";
  readonly reason: string;
  readonly hint: string;
}
