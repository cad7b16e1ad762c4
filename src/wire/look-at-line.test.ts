import { expect, test } from "vitest";
import { idOf, looksAt } from "../../test/support/a-cluster.ts";
import { fakeClients } from "../../test/support/fake-node-clients.ts";
import type { NodeLine } from "../cluster/node-line.ts";
import type { Look } from "../cluster/node-view.ts";
import { parseAddress } from "../cluster/address.ts";
import { addressMap } from "./address-map.ts";
import { lookAtLine } from "./look-at-line.ts";

const [lookAtA] = looksAt([{ name: "a", slots: "0-16383" }]);
const dead: Look = {
  address: parseAddress("10.9.9.9:6379"),
  unreached: { state: "unreachable", detail: "no route to the host" },
};

function lineOf(hostname: string | undefined): NodeLine {
  if (!lookAtA || !("view" in lookAtA)) throw new Error("the imagined node has no view");
  return { ...lookAtA.view.self, address: parseAddress("10.9.9.9:6379"), hostname };
}

async function lookAt(
  { hostname, map = [] }: { hostname: string | undefined; map?: readonly string[] },
  answers: Readonly<Record<string, Look | undefined>>,
) {
  const asked: string[] = [];
  const clients = fakeClients(
    Object.fromEntries(
      Object.entries(answers).map(([name, look]) => [
        name,
        {
          look: () => {
            asked.push(name);
            return Promise.resolve(look ?? dead);
          },
        },
      ]),
    ),
  );
  const look = await lookAtLine({ clients, mapAddress: addressMap(map) }, lineOf(hostname));
  return { asked, isReached: "view" in look };
}

test("the announced IP address comes first, and is enough", async () => {
  const { asked, isReached } = await lookAt({ hostname: "localhost" }, { "10.9.9.9:6379": lookAtA });
  expect({ asked, isReached }).toEqual({ asked: ["10.9.9.9:6379"], isReached: true });
});

test("where the address does not lead there, the announced name may", async () => {
  const answers = { "10.9.9.9:6379": dead, "localhost:6379": lookAtA };
  expect(await lookAt({ hostname: "localhost" }, answers)).toEqual({
    asked: ["10.9.9.9:6379", "localhost:6379"],
    isReached: true,
  });
});

test.each([undefined, "no-such-host.invalid", "10.9.9.9"])(
  "there is no other way by the name %s",
  async (hostname) => {
    const { asked, isReached } = await lookAt({ hostname }, { "10.9.9.9:6379": dead });
    expect({ asked, isReached }).toEqual({ asked: ["10.9.9.9:6379"], isReached: false });
  },
);

test("a name or an address that is mapped is the only way", async () => {
  const byName = await lookAt(
    { hostname: "cache-1.example", map: ["cache-1.example=gateway"] },
    { "gateway:6379": lookAtA },
  );
  expect(byName).toEqual({ asked: ["gateway:6379"], isReached: true });
  const byIp = await lookAt({ hostname: "localhost", map: ["10.9.9.9=gateway"] }, { "gateway:6379": dead });
  expect(byIp).toEqual({ asked: ["gateway:6379"], isReached: false });
});

test("who answers under the name must be the node", async () => {
  const other = looksAt([{ name: "b", slots: "0-16383" }])[0];
  expect(idOf("a")).not.toBe(idOf("b"));
  const answers = { "10.9.9.9:6379": dead, "localhost:6379": other };
  expect(await lookAt({ hostname: "localhost" }, answers)).toMatchObject({ isReached: false });
});
