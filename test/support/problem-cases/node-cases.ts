import { aCluster, idOf } from "../a-cluster.ts";
import {
  healthy,
  healthyBut,
  healthyButOneSays,
  inWhich,
  refused,
  type ProblemCase,
} from "./problem-case.ts";

export const casesOfNodes: readonly ProblemCase[] = [
  {
    code: "node-unreachable",
    what: "a replica that is down",
    topology: healthyBut({ x: { unreached: refused } }),
    found: ["warning node-unreachable: x", "warning primary-without-replica: a"],
  },
  {
    code: "node-silent",
    what: "a primary that is stopped",
    topology: healthyBut({ b: { unreached: { state: "silent", detail: "no answer within 5 s" } } }),
    found: ["error node-silent: b [5461-10922]", "error slots-unserved: b [5461-10922]"],
  },
  {
    code: "node-loading",
    what: "a replica that is starting",
    topology: healthyBut({ y: { unreached: { state: "loading", detail: "" } } }),
    found: ["warning node-loading: y", "warning primary-without-replica: b"],
  },
  {
    code: "node-denied",
    what: "a primary that wants another password: its slots are served for all we know",
    topology: healthyBut({ c: { unreached: { state: "denied", detail: "WRONGPASS" } } }),
    found: ["error node-denied: c [10923-16383]"],
  },
  {
    code: "node-not-in-a-cluster",
    what: "another server at a replica's address",
    topology: healthyBut({
      x: { unreached: { state: "not-a-cluster-node", detail: "cluster support is off" } },
    }),
    found: ["warning node-not-in-a-cluster: x", "warning primary-without-replica: a"],
  },
  {
    code: "ghost-node",
    what: "a name without an address beside a node that is down",
    topology: healthyBut({ x: { unreached: refused } }, [
      { name: "g", flags: ["noaddr", "fail"], unreached: { state: "no-address", detail: "" } },
    ]),
    found: ["warning ghost-node: g", "warning node-unreachable: x", "warning primary-without-replica: a"],
  },
  {
    code: "ghost-node",
    what: "a handshake that does not end",
    topology: healthyBut({}, [{ name: "h", flags: ["handshake"], unreached: refused }]),
    found: ["warning ghost-node: h"],
  },
  {
    code: "ghost-node",
    what: "a node that was reset and came back under another id",
    topology: inWhich((view) => view, [...healthy, { name: "old", at: "10.0.0.6:6379", unreached: refused }]),
    found: ["warning ghost-node: old"],
  },
  {
    code: "ghost-node",
    what: "a ghost that owns slots",
    topology: healthyBut({ a: { flags: ["noaddr"], unreached: { state: "no-address", detail: "" } } }),
    found: ["error ghost-node: a [0-5460]", "error slots-unserved: a [0-5460]"],
  },
  {
    code: "node-flagged-failing",
    what: "a primary that only some hear",
    topology: healthyButOneSays("c", "a", { flags: ["fail?"] }),
    found: ["error node-flagged-failing: a"],
  },
  {
    code: "node-flagged-failing",
    what: "a node that hears nobody: told once",
    topology: inWhich((view) =>
      view.self.id === idOf("z")
        ? { ...view, lines: view.lines.map((line) => ({ ...line, flags: ["fail"] })) }
        : view,
    ),
    found: ["error node-flagged-failing: a x b y c"],
  },
  {
    code: "node-state-fail",
    what: "a node that sees the cluster down",
    topology: healthyBut({ y: { view: { clusterState: "fail" } } }),
    found: ["error node-state-fail: y"],
  },
  {
    code: "no-majority",
    what: "two of three primaries down",
    topology: healthyBut({ a: { unreached: refused }, b: { unreached: refused } }),
    found: [
      "error no-majority: a b",
      "error node-unreachable: a [0-5460]",
      "error node-unreachable: b [5461-10922]",
      "error slots-unserved: a b [0-10922]",
    ],
  },
  {
    code: "too-few-primaries",
    what: "two primaries",
    topology: aCluster([
      { name: "a", slots: "0-8191" },
      { name: "b", slots: "8192-16383" },
      { name: "x", replicaOf: "a" },
      { name: "y", replicaOf: "b" },
    ]),
    found: ["warning too-few-primaries: a b"],
  },
];
