import { formatAddress } from "../cluster/address.ts";
import { ConnectFailed, isOperational, messageOf, NodeFailed, type SlotctlError, Stale } from "../errors.ts";
import type { StepOf } from "../plan/step.ts";
import { eachNode } from "../wire/each-node.ts";
import type { ApplyContext } from "./apply-context.ts";
import { lookAtStepNode } from "./look-at-step-node.ts";
import type { Stage } from "./stage.ts";

type SetConfig = StepOf<"set-config">;

/**
 * Changes a setting of nodes, all at once. A node that fails does not keep the others from getting theirs: each is
 * told of by name.
 *
 * @throws what went wrong at the only node that failed, or one error that names all of them.
 */
export async function setConfigs(
  context: ApplyContext,
  { steps, onEnd }: Stage<"set-config">,
): Promise<void> {
  const failures: SlotctlError[] = [];
  await eachNode(steps, async (step) => {
    if (context.signal.aborted) return;
    try {
      await setConfig(context, step);
      onEnd(step);
    } catch (error) {
      if (!isOperational(error)) throw error;
      failures.push(error);
    }
  });
  const [first] = failures;
  if (!first) return;
  if (failures.length === 1) throw first;
  const said = failures.slice(0, NAMED_MAX).map(({ message }) => message);
  const hidden = failures.length - said.length;
  throw new NodeFailed([...said, ...(hidden > 0 ? [`And ${hidden} more nodes.`] : [])].join(" "), {
    code: first.code,
    hint: first.hint,
  });
}

const NAMED_MAX = 5;

/** A value that is there already is written to the file all the same: a run may have died in between. */
async function setConfig(context: ApplyContext, step: SetConfig): Promise<void> {
  await lookAtStepNode(context, step.node);
  const client = context.clients.at(step.node.address);
  const present = await client.getConfig(step.setting);
  if (present !== step.before && present !== step.value) throw changed(step, present);
  try {
    if (step.keep) await client.keepConfig(step.setting, step.value);
    else await client.setConfig(step.setting, step.value);
  } catch (error) {
    if (error instanceof ConnectFailed && error.code === "node-silent") throw unknownNow(step, error);
    if (!step.keep || !(error instanceof NodeFailed)) throw error;
    throw await putBack(context, { step, error });
  }
}

/** What a silent node was told it may do as soon as it wakes up, and nothing that is sent now would come before. */
function unknownNow({ node, setting, value, before, keep }: SetConfig, error: ConnectFailed): ConnectFailed {
  const { message, code, hint, reason, cause } = error;
  const where = keep ? ", and whether its config file has it," : "";
  return new ConnectFailed(
    `${message} Whether its ${setting} is ${before} still or ${value} by now${where} is not known.`,
    {
      code,
      node: formatAddress(node.address),
      hint: [hint, keep ? KEEP_HINT : SET_HINT].join(" ").trim(),
      reason,
      cause,
    },
  );
}

const SET_HINT = "Once it answers, run the same command again.";
const KEEP_HINT =
  "Once it answers, have it write what it has to its file with CONFIG REWRITE, then run the same command again: a value that is in force but not in the file would look done.";

function changed({ node, setting }: SetConfig, present: string | undefined): Stale {
  const name = formatAddress(node.address);
  return new Stale(
    `${name} has ${present ?? "nothing"} as its ${setting} by now, which the plan did not know.`,
    {
      code: "node-changed",
      node: name,
      hint: "Run the same command again to plan with the cluster as it is now.",
    },
  );
}

/**
 * A value that is in force and not in the file would look as if all was done to the next run, until a restart takes
 * it away: so the node gets its old one back.
 */
async function putBack(
  { clients }: ApplyContext,
  { step, error }: { step: SetConfig; error: NodeFailed },
): Promise<NodeFailed> {
  const { node, setting, before } = step;
  const { message, code, hint = REWRITE_HINT, cause } = error;
  const details = { code, hint, cause, node: formatAddress(node.address) };
  const said = message.replace(/[^.]$/, "$&.");
  try {
    await clients.at(node.address).setConfig(setting, before);
    return new NodeFailed(`${said} Its ${setting} is ${before} as before.`, details);
  } catch (failure) {
    if (!isOperational(failure)) throw failure;
    const state = `Whether its ${setting} is ${before} still is not known: ${messageOf(failure)}`;
    return new NodeFailed(`${said} ${state}`, details);
  }
}

const REWRITE_HINT =
  "The server must be able to write its config file and the directory that the file is in. Once it can, run the same command again: it goes on with this node.";
