import type { LoadBalance } from "../plan/load-balance.ts";
import type { Canvas } from "../ui/canvas.ts";
import { renderBalance, renderReasons } from "../ui/render-balance.ts";
import type { ChangeSettings } from "./change-settings.ts";
import type { Output } from "./output.ts";
import { type RunVoice, slotctlVoice } from "./run-voice.ts";
import type { Topology } from "../cluster/topology.ts";

/** Our own words, with what the shards carry beside the plan, and with `explain` why each move is made. */
export function balanceVoice(
  balance: LoadBalance,
  {
    basis,
    explain,
    output,
    settings,
  }: {
    readonly basis: Topology;
    readonly explain: boolean;
    readonly output: Output;
    readonly settings: ChangeSettings;
  },
): RunVoice {
  const voice = slotctlVoice({ output, settings, show: "plan" });
  const lines = (canvas: Canvas) => [
    ...renderBalance(balance, basis, canvas),
    ...(explain ? renderReasons(balance, basis, canvas) : []),
  ];
  return {
    ...voice,
    showPlan: (plan) => {
      voice.showPlan(plan);
      output.print(lines(output.stdout));
    },
    ask: async (plan, survey) => {
      if (output.json && !settings.yes) output.say(lines(output.stderr));
      await voice.ask(plan, survey);
    },
  };
}
