import { type Address, formatAddress } from "../cluster/address.ts";
import { messageOf } from "../errors.ts";
import { eachNode } from "../wire/each-node.ts";
import type { ApplyContext } from "./apply-context.ts";

interface Setting {
  readonly name: string;
  readonly value: number;
}

/**
 * Runs `work` while nodes have a setting at a low value, and puts it back afterwards, whatever happens. A
 * node that has it lower already is left alone. Nothing is written to a file, so even a kill leaves no more
 * than a running node with that value.
 */
export async function withSetting(
  context: ApplyContext,
  { nodes, setting }: { nodes: readonly Address[]; setting: Setting },
  work: () => Promise<void>,
): Promise<void> {
  const distinct = [...new Map(nodes.map((address) => [formatAddress(address), address])).values()];
  const changed: { readonly address: Address; readonly before: string }[] = [];
  try {
    await eachNode(distinct, async (address) => {
      await lower(context, { address, setting, willChange: (before) => changed.push({ address, before }) });
    });
    await work();
  } finally {
    await eachNode(changed, (change) => putBack(context, { ...change, setting }));
  }
}

/** @param willChange is told the value before it is changed: a change whose reply is lost is put back too. */
async function lower(
  context: ApplyContext,
  {
    address,
    setting,
    willChange,
  }: { address: Address; setting: Setting; willChange: (before: string) => void },
): Promise<void> {
  const { name, value } = setting;
  const client = context.clients.at(address);
  try {
    const before = await client.getConfig(name);
    if (before === undefined || Number(before) <= value) return;
    willChange(before);
    await client.setConfig(name, String(value));
  } catch (error) {
    // A node may forbid CONFIG: then it takes its time, and that is all.
    warn(context, {
      address,
      error,
      what: `could not set ${name} to ${value}, so this takes some seconds more`,
    });
  }
}

async function putBack(
  context: ApplyContext,
  { address, before, setting: { name, value } }: { address: Address; before: string; setting: Setting },
): Promise<void> {
  try {
    await context.clients.at(address).setConfig(name, before);
  } catch (error) {
    warn(context, { address, error, what: `still has ${name} ${value} instead of ${before}` });
  }
}

function warn(
  { emit }: ApplyContext,
  { address, error, what }: { address: Address; error: unknown; what: string },
): void {
  const node = formatAddress(address);
  emit({ event: "warning", node, message: `${node} ${what}: ${messageOf(error)}` });
}
