import { showLook } from "../../cli/show-local.ts";
import { SlotctlCommand } from "../../cli/slotctl-command.ts";
import { listLocal } from "../../local/list-local.ts";
import { localStateDirectory } from "../../local/state-directory.ts";
import { localJson } from "../../ui/json-local.ts";
import { renderError } from "../../ui/render-error.ts";
import { renderLocalList } from "../../ui/render-local.ts";

export default class LocalList extends SlotctlCommand {
  static override summary = "Show the local clusters and which of their nodes run.";
  static override usage = "<%= command.id %>";
  static override examples = ["<%= config.bin %> <%= command.id %>"];

  async run(): Promise<void> {
    await this.parse(LocalList);
    const { clusters, unreadable } = await listLocal(localStateDirectory(process.env));
    const shown = clusters.map(showLook);
    this.output.print(renderLocalList(shown, this.output.stdout));
    this.output.say(unreadable.flatMap((error) => renderError(error, this.output.stderr)));
    this.output.succeed({
      clusters: shown.map(localJson),
      unreadable: unreadable.map(({ message }) => message),
    });
  }
}
