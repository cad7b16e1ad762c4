import { expect, test } from "vitest";
import { aCluster, idOf } from "../../test/support/a-cluster.ts";
import { nameInTopology } from "./name-in-topology.ts";

test("an id is called by its address where there is one", () => {
  const topology = aCluster([{ name: "a", at: "10.0.0.1:6379" }]);
  expect(nameInTopology(topology, idOf("a"))).toBe("10.0.0.1:6379");
  expect(nameInTopology(topology, idOf("gone"))).toBe(idOf("gone").slice(0, 8));
  expect(nameInTopology(topology, "10.0.0.9:6379")).toBe("10.0.0.9:6379");
});
