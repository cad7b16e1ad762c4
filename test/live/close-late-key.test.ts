import { expect, test } from "vitest";
import type { ApplyContext } from "../../src/apply/apply-context.ts";
import { closeUntouched } from "../../src/apply/close-untouched.ts";
import { parseAddress } from "../../src/cluster/address.ts";
import { plainAccess } from "../../src/wire/node-access.ts";
import type { NodeClient } from "../../src/wire/node-client.ts";
import { RedisNodeClients } from "../../src/wire/redis-node-clients.ts";
import { aPairMove } from "../support/a-pair-move.ts";
import { aFakeApplyContext } from "../support/fake-apply-context.ts";
import { keyIn } from "../support/live-slots.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { everyServer } from "../support/move-servers.ts";

const servers = await everyServer();
const QUIET_SLOT = 9000;
const LATE_SLOT = 9001;
const access = plainAccess(5000);

test.each(servers)(
  "a key that a client brings to the target at the last moment keeps its slot open on $engine $version",
  async (server) => {
    await using cluster = await MoveCluster.form({ server, primaries: 2 });
    using real = new RedisNodeClients(access);
    const [to, from] = await Promise.all(
      [0, 1].map(async (index) => {
        return { id: (await cluster.lineOf(index)).id, address: parseAddress(cluster.address(index)) };
      }),
    );
    if (!to || !from) throw new Error("there are two nodes");
    const slots = [QUIET_SLOT, LATE_SLOT];
    await real.at(to.address).markImporting(slots, from.id);
    await real.at(from.address).markMigrating(slots, to.id);

    const clients: ApplyContext["clients"] = {
      at: (address) => {
        const client: NodeClient = real.at(address);
        if (address.port !== to.address.port) return client;
        return lateBy(client, async () => {
          const late = cluster.client(0).pipeline().call("ASKING").set(keyIn(LATE_SLOT), "acknowledged");
          expect((await late.exec())?.at(-1)).toEqual([null, "OK"]);
        });
      },
    };
    const { context } = aFakeApplyContext({ clients });
    const open = await closeUntouched(context, { move: aPairMove({ from, to }), slots });

    expect(String(open)).toBe(String(LATE_SLOT));
    expect(await cluster.openSlots()).toEqual([LATE_SLOT, LATE_SLOT]);
    expect(await real.at(to.address).countKeys([LATE_SLOT])).toEqual([1]);
  },
);

/** The client, with something that happens between its last count and its closing slots. */
function lateBy(client: NodeClient, happen: () => Promise<void>): NodeClient {
  return new Proxy(client, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name, target);
      if (typeof method !== "function") return method;
      return async (...args: unknown[]): Promise<unknown> => {
        if (name === "closeCounting" || name === "closeSlots") await happen();
        return (await method.apply(target, args)) as unknown;
      };
    },
  });
}
