import { expect, onTestFinished, test } from "vitest";
import { aFakeNode } from "../../test/support/fake-node.ts";
import { Connection } from "./connection.ts";
import { plainAccess } from "./node-access.ts";
import { NodeRoutes } from "./node-routes.ts";

test("a socket is its own way, and that of the node behind it once its address is known", () => {
  const routes = new NodeRoutes();
  expect(routes.to({ host: "/run/redis.sock", port: 0 })).toEqual({ path: "/run/redis.sock" });
  const address = { host: "10.0.0.1", port: 6379 };
  expect(routes.to(address)).toEqual(address);
  routes.useSocket(address, "/run/redis.sock");
  expect(routes.to(address)).toEqual({ path: "/run/redis.sock" });
});

test("a name leads to where it has led first; an address is one anyway", () => {
  const routes = new NodeRoutes();
  const name = { host: "redis.example", port: 6379 };
  routes.arrived(name, "10.0.0.1");
  routes.arrived(name, "10.0.0.2");
  expect(routes.to(name)).toEqual({ host: "10.0.0.1", port: 6379 });
  expect(routes.to({ host: "redis.example", port: 6380 })).toEqual({ host: "redis.example", port: 6380 });
});

test("a connection goes where the name has led before, and remembers where it leads", async () => {
  const node = await aFakeNode(() => "OK");
  const { port } = node.address;
  const access = plainAccess(2000);
  const routes = new NodeRoutes();
  routes.arrived({ host: "moved-on.invalid", port }, "127.0.0.1");
  for (const host of ["moved-on.invalid", "localhost"]) {
    const connection = new Connection({ host, port }, { ...access, routes });
    onTestFinished(() => connection.close());
    expect(await connection.send([["PING"]])).toEqual(["OK"]);
    expect(routes.to({ host, port })).toEqual({ host: "127.0.0.1", port });
  }
});
