import { type CarryOut, carryOut } from "../cli/carry-out.ts";
import type { Cluster } from "../cli/cluster.ts";
import type { Topology } from "../cluster/topology.ts";
import type { Plan } from "../plan/plan.ts";
import { dropInVoice, type Words } from "./drop-in-voice.ts";
import { type Session, settingsOf } from "./session.ts";

/** Carries a plan out as every command does, told in a subcommand's own words. */
export function carryOutTold(
  plan: Plan,
  {
    session: { invocation, output, teller },
    cluster,
    words,
    restAfter,
  }: {
    readonly session: Session;
    readonly cluster: Cluster;
    readonly words: Words;
    readonly restAfter?: CarryOut["restAfter"];
  },
): Promise<Topology | undefined> {
  const voice = dropInVoice(teller, words);
  const settings = settingsOf(invocation);
  return carryOut(plan, { cluster, output, settings, voice, ...(restAfter && { restAfter }) });
}
