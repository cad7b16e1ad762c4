import { expect, test } from "vitest";
import { down, idOf, looksAt, type NodeSpec } from "../../test/support/a-cluster.ts";
import { joinViews } from "../cluster/join-views.ts";
import type { Topology } from "../cluster/topology.ts";
import { repairMembers } from "./repair-members.ts";

const specs: readonly NodeSpec[] = [
  { name: "a", slots: "0-5460" },
  { name: "b", slots: "5461-10922" },
  { name: "c", slots: "10923-16383" },
];

test("a primary that only its replicas still know is forgotten, unless they hold the last copies", () => {
  const forgotten = (keys: number): Topology => {
    const left: readonly NodeSpec[] = [
      ...specs,
      { name: "p", unreached: down },
      { name: "r", replicaOf: "p", view: { keys, hasKeys: keys > 0 } },
    ];
    return joinViews(
      looksAt(left).map((look) =>
        "view" in look && look.view.self.id !== idOf("r")
          ? { ...look, view: { ...look.view, lines: look.view.lines.filter(({ id }) => id !== idOf("p")) } }
          : look,
      ),
    );
  };
  expect(repairMembers(forgotten(0)).map(({ kind }) => kind)).toEqual(["replicate", "forget"]);
  expect(repairMembers(forgotten(3))).toEqual([]);
});
