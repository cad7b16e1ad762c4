import { type Address, formatAddress, isSocketPath } from "../cluster/address.ts";
import { howUnreached, unreachedCode } from "../cluster/how-unreached.ts";
import type { Look, NodeView } from "../cluster/node-view.ts";
import { ConnectFailed, type SlotctlError, Refused, UsageError } from "../errors.ts";
import type { MeetAddresses } from "../plan/meet-peer.ts";
import { hintForReason } from "../wire/denial.ts";
import { eachNode } from "../wire/each-node.ts";
import { MISSING_HINT } from "../wire/rehearse-commands.ts";
import type { Cluster } from "./cluster.ts";

export interface Newcomers {
  /** What each one reports, in the order given. */
  readonly views: readonly NodeView[];
  readonly meetAddresses: MeetAddresses;
}

type FailedLook = Extract<Look, { unreached: unknown }>;

/**
 * Looks at nodes that are to become part of a cluster. They are given as the other nodes reach them, which an
 * address map may turn into where they are reached from here.
 *
 * @throws ConnectFailed or Refused with every one that cannot be: nothing is begun with some of them.
 */
export async function lookAtNewcomers(cluster: Cluster, given: readonly Address[]): Promise<Newcomers> {
  for (const { host } of given) if (isSocketPath(host)) throw noSocketHere(host);
  const looks = await eachNode(given, (address) => cluster.clients.at(cluster.reach(address)).look());
  const failed = looks.flatMap((look) => ("unreached" in look ? [look] : []));
  if (failed.length > 0) throw notUsable(failed);
  return {
    views: looks.flatMap((look) => ("view" in look ? [look.view] : [])),
    meetAddresses: await addressesForMeet(cluster, given),
  };
}

function noSocketHere(path: string): UsageError {
  return new UsageError(`${path} is a Unix socket, and a node is to join under an address.`, {
    code: "bad-address",
    hint: "Give the address at which the other nodes reach it; only the SEED may be a socket.",
  });
}

/** Each name is asked for once, however many nodes a host has: CLUSTER MEET takes no names. */
async function addressesForMeet(
  cluster: Pick<Cluster, "reach" | "resolveHost">,
  given: readonly Address[],
): Promise<MeetAddresses> {
  const hosts = [...new Set(given.map(({ host }) => host))];
  const ips = new Map(
    await eachNode(hosts, async (host) => [host, await cluster.resolveHost(host)] as const),
  );
  return new Map(
    given.map((address) => {
      const host = ips.get(address.host) ?? address.host;
      return [formatAddress(cluster.reach(address)), { host, port: address.port }];
    }),
  );
}

function notUsable(failed: readonly FailedLook[]): SlotctlError {
  const facts = failed.map(
    ({ address, unreached }) => `${formatAddress(address)} ${howUnreached(unreached)}`,
  );
  const message = `Nothing was changed: ${facts.join("; ")}.`;
  const [first] = failed;
  const details = {
    code: unreachedCode({ unreached: first?.unreached }),
    node: first && formatAddress(first.address),
    reason: first?.unreached.detail,
  };
  if (failed.every(({ unreached }) => unreached.state === "not-a-cluster-node")) {
    const isMissing = failed.every(({ unreached }) => unreached.detail.includes("no command"));
    const hint = isMissing ? MISSING_HINT : "Start these servers with cluster-enabled yes.";
    return new Refused(message, { ...details, hint });
  }
  return new ConnectFailed(message, {
    ...details,
    hint:
      hintForReason(first?.unreached.detail ?? "") ??
      "Every node that is to join must answer: start it, or leave it out.",
  });
}
