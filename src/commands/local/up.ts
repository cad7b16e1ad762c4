import { join } from "node:path";
import { Flags } from "@oclif/core";
import { carryOut } from "../../cli/carry-out.ts";
import { type ChangeSettings, changeSettings } from "../../cli/change-settings.ts";
import { Cluster } from "../../cli/cluster.ts";
import { changeFlags } from "../../cli/flags.ts";
import { listenForInterruption } from "../../cli/interruption.ts";
import { lookAtNewcomers } from "../../cli/look-at-newcomers.ts";
import { showStarted } from "../../cli/show-local.ts";
import { SlotctlCommand } from "../../cli/slotctl-command.ts";
import { formatAddress } from "../../cluster/address.ts";
import { findServer } from "../../local/find-server.ts";
import { type LocalCluster, LOCAL_HOST } from "../../local/local-cluster.ts";
import { localPorts, requireFreePorts } from "../../local/ports.ts";
import { startLocalNodes } from "../../local/start-nodes.ts";
import { localStateDirectory } from "../../local/state-directory.ts";
import { planCreate } from "../../plan/plan-create.ts";
import { localJson, type ShownLocal } from "../../ui/json-local.ts";
import { renderLocalPlan, renderLocalStart } from "../../ui/render-local.ts";
import { plainAccess } from "../../wire/node-access.ts";

/** Nodes of our own on loopback need no credentials. */
const OWN_NODES = plainAccess(5000);

export default class LocalUp extends SlotctlCommand {
  static override summary = "Start nodes on this machine and make them a cluster.";
  static override usage =
    "<%= command.id %> [--nodes N] [--replicas N] [--base-port PORT] [--server PATH] [--bare]";
  static override description =
    "One directory for each node, with its conf and log, under the XDG state directory. The nodes keep running until local down ends them.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    {
      description: "Eight bare nodes of a server of your own, for trying create",
      command:
        "<%= config.bin %> <%= command.id %> --nodes 8 --base-port 7100 --bare --server ./valkey-server",
    },
  ];
  static override flags = {
    nodes: Flags.integer({ helpValue: "N", description: "How many nodes.", default: 6, min: 1, max: 200 }),
    replicas: Flags.integer({
      helpValue: "N",
      description: "Replicas for each primary.",
      default: 1,
      min: 0,
    }),
    "base-port": Flags.integer({
      helpValue: "PORT",
      description: "Port of the first node; the others follow.",
      default: 7000,
    }),
    server: Flags.string({
      helpValue: "PATH",
      description: "The redis-server or valkey-server to start; else the one on PATH.",
    }),
    bare: Flags.boolean({ description: "Start the nodes only, and do not make them a cluster." }),
    "dry-run": changeFlags["dry-run"],
    wait: changeFlags.wait,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(LocalUp);
    const settings = changeSettings({ ...flags, yes: true });
    const { nodes, replicas } = flags;
    const basePort = flags["base-port"];
    const server = await findServer({
      ...(flags.server === undefined ? {} : { path: flags.server }),
      env: process.env,
    });
    const ports = localPorts({ basePort, nodes });
    const stateDirectory = localStateDirectory(process.env);
    if (flags["dry-run"]) {
      await requireFreePorts(ports);
      const directory = join(stateDirectory, String(basePort));
      this.#showPlan({
        name: String(basePort),
        directory,
        serverPath: server.path,
        ...server,
        nodes: ports.map((port) => wouldBe(port, directory)),
      });
      return;
    }
    const cluster = await this.#start({ server, nodes, replicas, basePort, stateDirectory });
    this.output.print(renderLocalStart(showStarted(cluster), this.output.stdout));
    const started = { local: localJson(showStarted(cluster)) };
    if (flags.bare) this.output.succeed(started);
    else await this.#form(cluster, { settings, alsoInData: started });
  }

  #showPlan(planned: ShownLocal): void {
    this.output.print(renderLocalPlan(planned, this.output.stdout));
    this.output.succeed({ local: localJson(planned) });
  }

  async #start(
    options: Omit<Parameters<typeof startLocalNodes>[0], "env" | "now" | "signal">,
  ): Promise<LocalCluster> {
    using interruption = listenForInterruption({ onFirst: () => {}, onSecond: () => {} });
    return await startLocalNodes({
      ...options,
      env: process.env,
      now: new Date(),
      signal: interruption.signal,
    });
  }

  /** The same as `create` with the started nodes; whoever starts a throw-away cluster need not be asked. */
  async #form(
    { nodes, replicas }: LocalCluster,
    { settings, alsoInData }: { settings: ChangeSettings; alsoInData: object },
  ): Promise<void> {
    const addresses = nodes.map(({ port }) => ({ host: LOCAL_HOST, port }));
    using cluster = new Cluster(addresses[0] ?? { host: LOCAL_HOST, port: 0 }, OWN_NODES);
    const { views, meetAddresses } = await lookAtNewcomers(cluster, addresses);
    const wish = { replicasPerPrimary: replicas, allowFewPrimaries: true };
    await carryOut(planCreate({ views, wish, meetAddresses }), {
      cluster,
      output: this.output,
      settings,
      show: "summary",
      alsoInData,
    });
  }
}

function wouldBe(port: number, directory: string): ShownLocal["nodes"][number] {
  return {
    address: formatAddress({ host: LOCAL_HOST, port }),
    directory: join(directory, String(port)),
    pid: undefined,
  };
}
