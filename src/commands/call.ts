import { Flags } from "@oclif/core";
import { seedArg } from "../cli/args.ts";
import { callFailure } from "../cli/call-failure.ts";
import { callNodes } from "../cli/call-nodes.ts";
import { CallWords } from "../cli/call-words.ts";
import { ClusterCommand } from "../cli/cluster-command.ts";
import { confirm } from "../cli/confirm.ts";
import { listenForInterruption } from "../cli/interruption.ts";
import { reportError } from "../cli/report-error.ts";
import { secretsOf } from "../cli/secrets-of.ts";
import { formatAddress } from "../cluster/address.ts";
import { type ClusterNode, reachedNodes } from "../cluster/topology.ts";
import { withoutSecretsIn } from "../cluster/call-result.ts";
import { PartlyDone } from "../errors.ts";
import { chooseCallNodes } from "../plan/choose-call-nodes.ts";
import { callQuestion, callWarning, riskText } from "../ui/call-question.ts";
import { callJson } from "../ui/json-call.ts";
import { renderCall } from "../ui/render-call.ts";

export default class Call extends ClusterCommand {
  static override summary = "Send one command to every node, and show what each answers.";
  static override usage = "<%= command.id %> SEED [--only primaries | replicas] [-x] -- COMMAND [ARG…]";
  static override description =
    "All nodes are asked side by side. Exits 0 only if every node has answered without an error. Asks before a command that destroys.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 -- CONFIG GET maxmemory",
    "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 --only primaries --yes -- FLUSHALL ASYNC",
    {
      description: "The last argument from a file",
      command: "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 -x -- FUNCTION LOAD < library.lua",
    },
  ];
  static override args = { seed: seedArg };
  static override flags = {
    only: Flags.option({
      options: ["primaries", "replicas"] as const,
      description: "Only the nodes of this role.",
    })(),
    stdin: Flags.boolean({ char: "x", description: "Read the last argument from stdin, byte by byte." }),
    yes: Flags.boolean({ char: "y", description: "Do not ask before a command that destroys." }),
  };

  async run(): Promise<void> {
    const words = new CallWords(this.argv);
    words.mustBeThere();
    const { args, flags } = await this.parse(Call, words.ours);
    if (flags.stdin) await words.readLast();
    for (const secret of words.secrets) this.output.protect(secret);
    using cluster = await this.open(args.seed, flags);
    const effect = words.judge(cluster.replyMs);
    const nodes = chooseCallNodes(await cluster.observe(), flags.only);
    if (effect !== undefined && !flags.yes) {
      this.output.say(callWarning(nodes, { title: words.title, effect }, this.output.stderr));
      const hint = `${riskText(words.title, effect)} If that is meant, run it with --yes.`;
      await confirm(callQuestion(reachedNodes({ nodes }).length), hint);
    }
    const results = await this.#send(nodes, { cluster, words });
    const shown = results.map((result) => withoutSecretsIn(result, words.texts));
    this.output.knownData = callJson(shown);
    this.output.print(renderCall(shown, this.output.stdout));
    const failure = callFailure(results, { title: words.title, seed: formatAddress(cluster.seed) });
    if (failure) throw failure;
    this.output.succeed(this.output.knownData);
  }

  /** What stands behind `--` is the server's and none of our flags, whatever it looks like. */
  protected override givenSecrets(): string[] {
    const words = new CallWords(this.argv);
    return [...secretsOf({ argv: words.ours, env: process.env }), ...words.secrets];
  }

  /** Who asks it to stop is heard: the nodes that were asked are waited for, and the others are not asked. */
  async #send(
    nodes: readonly ClusterNode[],
    { cluster, words }: { cluster: Awaited<ReturnType<Call["open"]>>; words: CallWords },
  ) {
    using interruption = listenForInterruption({
      onFirst: () => this.output.say(["Waiting for the nodes that were asked. Once more ends without them."]),
      onSecond: () => {
        const said = `Stopped at once, as asked: some nodes may have got ${words.title}.`;
        reportError(new PartlyDone(said, { code: "stopped" }), this.output);
      },
    });
    return await callNodes(nodes, { cluster, words: words.all, signal: interruption.signal });
  }
}
