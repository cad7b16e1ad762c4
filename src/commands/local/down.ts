import { Flags } from "@oclif/core";
import { SlotctlCommand } from "../../cli/slotctl-command.ts";
import { localStateDirectory } from "../../local/state-directory.ts";
import { stopLocal } from "../../local/stop-local.ts";
import { renderLocalStop, renderNoLocal } from "../../ui/render-local.ts";

export default class LocalDown extends SlotctlCommand {
  static override summary = "Stop a local cluster and remove its directory, data included.";
  static override usage = "<%= command.id %> [--base-port PORT]";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --base-port 7100",
  ];
  static override flags = {
    "base-port": Flags.integer({
      helpValue: "PORT",
      description: "The base port it was started with.",
      default: 7000,
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(LocalDown);
    const basePort = flags["base-port"];
    const name = String(basePort);
    const result = await stopLocal({ stateDirectory: localStateDirectory(process.env), basePort });
    if (!result) {
      this.output.print(renderNoLocal(name));
      this.output.succeed({ name, stopped: 0, dead: 0, killed: 0 });
      return;
    }
    const { ended, killed } = result;
    const outcome = { name, stopped: ended + killed, dead: result.dead.length, killed };
    this.output.print(renderLocalStop(outcome, this.output.stdout));
    this.output.succeed(outcome);
  }
}
