import { expect, test } from "vitest";
import { aCluster, idOf } from "../../test/support/a-cluster.ts";
import { findLosses } from "./find-losses.ts";
import { SLOT_COUNT } from "./slot-set.ts";

const silent = { state: "silent", detail: "no reply in 5 s" } as const;

const cluster = aCluster([
  { name: "a", slots: "0-5460" },
  { name: "ra", replicaOf: "a" },
  { name: "b", slots: "5461-10922" },
  { name: "rb", replicaOf: "b" },
  { name: "c", slots: "10923-16383" },
  { name: "rc", replicaOf: "c", unreached: silent },
]);

function lossesIn(zoneOf: Readonly<Record<string, string>>) {
  const places = new Map(Object.entries(zoneOf).map(([name, zone]) => [idOf(name), { zone }]));
  return findLosses(cluster, places).map(({ place, slotsLost, slotsTakenOver, isQuorumLost }) => ({
    place,
    lost: slotsLost.toString(),
    takenOver: slotsTakenOver.toString(),
    isQuorumLost,
  }));
}

test("a zone takes with it what has no live copy elsewhere, and the majority where it has half of the primaries", () => {
  expect(lossesIn({ a: "x", ra: "x", b: "y", rb: "z", c: "z", rc: "y" })).toEqual([
    { place: "x", lost: "0-5460", takenOver: "", isQuorumLost: false },
    { place: "y", lost: "", takenOver: "5461-10922", isQuorumLost: false },
    // Its replica is elsewhere and does not answer.
    { place: "z", lost: "10923-16383", takenOver: "", isQuorumLost: false },
  ]);
  expect(lossesIn({ a: "x", ra: "y", b: "x", rb: "y", c: "y", rc: "x" })).toEqual([
    { place: "x", lost: "", takenOver: "0-10922", isQuorumLost: true },
    { place: "y", lost: "10923-16383", takenOver: "", isQuorumLost: false },
  ]);
});

test("racks are told apart by their zones, and one host has all", () => {
  const places = new Map(
    cluster.nodes.map(({ id }, index) => [id, { zone: index < 2 ? "x" : "y", rack: "r1", host: "h" }]),
  );
  const losses = findLosses(cluster, places);
  expect(losses.map(({ level, place }) => `${level} ${place}`)).toEqual([
    "zone x",
    "zone y",
    "rack x/r1",
    "rack y/r1",
    "host x/r1/h",
    "host y/r1/h",
  ]);
  const oneHost = findLosses(cluster, new Map(cluster.nodes.map(({ id }) => [id, { host: "h" }])));
  expect(oneHost).toMatchObject([{ isQuorumLost: true, slotsLost: { size: SLOT_COUNT } }]);
});

test("nothing is said where no place is known", () => {
  expect(findLosses(cluster, new Map())).toEqual([]);
});
