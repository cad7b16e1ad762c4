import { type Address, sameAddress } from "../cluster/address.ts";
import type { LookAt } from "../cluster/join-views.ts";
import type { NodeLine } from "../cluster/node-line.ts";
import { SlotctlError } from "../errors.ts";
import type { LookWishes, NodeClients } from "./node-client.ts";
import { resolveHost } from "./resolve-host.ts";

export interface LookingAtLine {
  readonly clients: NodeClients;
  /** From what a node announces to where it is reached. */
  readonly mapAddress: (announced: Address) => Address;
  /** Told of every node before it is asked. */
  readonly introduce?: (address: Address, line: NodeLine) => void;
  readonly wishes?: LookWishes;
  /** How long a host name may take to be found. */
  readonly resolveMs?: number;
}

/**
 * Looks at a node that another node has told of: at the IP address that it announces, and where that does not lead to
 * it, under the host name that it announces. CLUSTER NODES always has the IP address, whatever
 * cluster-preferred-endpoint-type says; behind a gateway only the name may lead there.
 */
export async function lookAtLine(looking: LookingAtLine, line: NodeLine): Promise<LookAt> {
  const [first, second] = waysTo(line, looking.mapAddress);
  if (!first) throw new Error(`node ${line.id} has no address to look at`);
  const look = await lookAt(looking, { address: first, line });
  if (!second || !isElsewhere(look)) return look;
  if (!(await leadsElsewhere(second, { than: first, timeoutMs: looking.resolveMs ?? 1000 }))) return look;
  const again = await lookAt(looking, { address: second, line });
  return "view" in again ? again : look;
}

/** A name that was mapped is meant to be used; one that was not is for where the IP address does not lead there. */
function waysTo(line: NodeLine, mapAddress: LookingAtLine["mapAddress"]): Address[] {
  const { address, hostname } = line;
  if (!address) return [];
  const byIp = mapAddress(address);
  if (hostname === undefined || !sameAddress(byIp, address)) return [byIp];
  const named = { host: hostname, port: address.port };
  const byName = mapAddress(named);
  return sameAddress(byName, named) ? [byIp, byName] : [byName];
}

async function lookAt(
  { clients, introduce, wishes = {} }: LookingAtLine,
  { address, line }: { readonly address: Address; readonly line: NodeLine },
): Promise<LookAt> {
  introduce?.(address, line);
  const look = await clients.at(address).look(wishes);
  // Somebody else may live at the address by now: a node that was reset hard, or another cluster's.
  if ("view" in look && look.view.self.id !== line.id) {
    const detail = `another node answers there: ${look.view.self.id}`;
    return { address, expectedId: line.id, unreached: { state: "unreachable", detail } };
  }
  return { ...look, expectedId: line.id };
}

function isElsewhere(look: LookAt): boolean {
  return "unreached" in look && ["unreachable", "silent"].includes(look.unreached.state);
}

/** A node that is dead is not to be waited for twice, under its address and under the name of the same address. */
async function leadsElsewhere(
  name: Address,
  { than, timeoutMs }: { readonly than: Address; readonly timeoutMs: number },
): Promise<boolean> {
  try {
    return (await resolveHost(name.host, { timeoutMs })) !== than.host;
  } catch (error) {
    if (error instanceof SlotctlError) return false;
    throw error;
  }
}
