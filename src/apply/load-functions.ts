import { formatAddress } from "../cluster/address.ts";
import { eachNode } from "../wire/each-node.ts";
import type { ApplyContext } from "./apply-context.ts";
import type { Stage } from "./stage.ts";

/** Copies the functions of one node to new primaries: a client may call them on whichever node has the key. */
export async function loadFunctions(
  context: ApplyContext,
  { steps, onEnd }: Stage<"load-functions">,
): Promise<void> {
  const dumps = new Map<string, Promise<Buffer | undefined>>();
  await eachNode(steps, async (step) => {
    const from = formatAddress(step.from.address);
    const pending = dumps.get(from) ?? context.clients.at(step.from.address).dumpFunctions();
    dumps.set(from, pending);
    const dump = await pending;
    if (dump) await context.clients.at(step.to.address).loadFunctions(dump);
    onEnd(step);
  });
}
