import { aCluster } from "../a-cluster.ts";
import { healthy, healthyBut, replication, type ProblemCase } from "./problem-case.ts";

export const casesOfReplication: readonly ProblemCase[] = [
  {
    code: "replica-link-down",
    what: "a replica without a link",
    topology: healthyBut({ x: { view: replication({ linkUp: false }) } }),
    found: ["warning replica-link-down: x"],
  },
  {
    code: "replica-syncing",
    what: "a replica that is being synced",
    topology: healthyBut({ x: { view: replication({ linkUp: false, syncing: true }) } }),
    found: ["warning replica-syncing: x"],
  },
  {
    code: "replica-lagging",
    what: "a replica more than a megabyte behind",
    topology: healthyBut({ a: { view: replication({ role: "primary", offset: 3_000_000 }) } }),
    found: ["warning replica-lagging: x"],
  },
  {
    code: "replica-without-primary",
    what: "a replica of a node that nobody knows",
    topology: healthyBut({}, [{ name: "r", replicaOf: "gone" }]),
    found: ["warning replica-without-primary: r"],
  },
  {
    code: "replica-without-primary",
    what: "a replica of a replica",
    topology: healthyBut({}, [{ name: "r", replicaOf: "x" }]),
    found: ["warning replica-without-primary: r"],
  },
  {
    code: "primary-without-replica",
    what: "a shard of one node",
    topology: aCluster(healthy.filter(({ name }) => name !== "x")),
    found: ["warning primary-without-replica: a"],
  },
  {
    code: "primary-without-slots",
    what: "a primary that has just joined",
    topology: healthyBut({}, [{ name: "n" }]),
    found: ["info primary-without-slots: n"],
  },
  {
    code: "replica-on-primary-host",
    what: "a replica beside its primary",
    topology: healthyBut({ x: { at: "10.0.0.1:6380" } }),
    found: ["warning replica-on-primary-host: x"],
  },
  {
    code: "replica-on-primary-host",
    what: "all nodes on one host",
    topology: aCluster(healthy.map((spec, index) => ({ ...spec, at: `127.0.0.1:${7000 + index}` }))),
    found: ["info replica-on-primary-host: x y z"],
  },
  {
    code: "replicas-uneven",
    what: "three replicas here, one there",
    topology: healthyBut({}, [
      { name: "x2", replicaOf: "a" },
      { name: "x3", replicaOf: "a" },
    ]),
    found: ["info replicas-uneven: b c"],
  },
  {
    code: "failover-disabled",
    what: "the only replica of a shard may not take over",
    topology: healthyBut({ x: { flags: ["nofailover"] } }),
    found: ["warning failover-disabled: x"],
  },
  {
    code: "failover-disabled",
    what: "one of two replicas may not take over",
    topology: healthyBut({ x: { flags: ["nofailover"] } }, [{ name: "x2", replicaOf: "a" }]),
    found: ["info failover-disabled: x"],
  },
];
