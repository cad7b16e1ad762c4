import type { ChangeSettings } from "../cli/change-settings.ts";
import { changeSettings } from "../cli/change-settings.ts";
import { Cluster } from "../cli/cluster.ts";
import type { Output } from "../cli/output.ts";
import { type Address, formatAddress } from "../cluster/address.ts";
import type { NodeAccess } from "../wire/node-access.ts";
import type { Answers } from "./answers.ts";
import type { Invocation } from "./invocation.ts";
import type { Teller } from "./teller.ts";
import { typedAddress } from "./typed-address.ts";

/** What every subcommand works with. */
export interface Session {
  readonly invocation: Invocation;
  readonly output: Output;
  readonly answers: Answers;
  readonly teller: Teller;
  readonly access: NodeAccess;
}

/** Does what a subcommand is for; whether all is well is the exit code. */
export type Subcommand = (session: Session) => Promise<boolean>;

/** The cluster that the arguments begin with, as `host:port` or, where there is room for it, as `host port`. */
export async function openCluster({ invocation, access }: Session): Promise<Cluster> {
  return new Cluster(await typedAddress(invocation.args, { invocation, access }), access);
}

/** One address of several. */
export async function addressAt({ invocation, access }: Session, text: string | undefined): Promise<Address> {
  return await typedAddress([text ?? ""], { invocation, access });
}

export function seedName(cluster: Cluster): string {
  return formatAddress(cluster.reach(cluster.seed));
}

/** The settings of `carryOut` where redis-cli has no say in them are those of our own commands. */
export function settingsOf({ flags }: Invocation): ChangeSettings {
  return changeSettings({
    "dry-run": false,
    yes: flags.has("yes"),
    wait: "60",
    progress: "none",
    replace: flags.has("replace"),
    mover: flags.has("atomic") ? "atomic" : "auto",
  });
}
