import { healthyBut, settings, type ProblemCase } from "./problem-case.ts";

export const casesOfSettings: readonly ProblemCase[] = [
  {
    code: "epochs-collide",
    what: "two owners of one epoch",
    topology: healthyBut({ a: { epoch: 9 }, b: { epoch: 9 } }),
    found: ["warning epochs-collide: a b"],
  },
  {
    code: "versions-differ",
    what: "a rolling update",
    topology: healthyBut({ a: { view: { version: "7.2.4" } } }),
    found: ["info versions-differ: x b y c z a"],
  },
  {
    code: "versions-differ",
    what: "two engines",
    topology: healthyBut({ x: { view: { engine: "valkey", version: "8.1.1" } } }),
    found: ["warning versions-differ: a b y c z x"],
  },
  {
    code: "settings-differ",
    what: "a timeout that differs",
    topology: healthyBut({
      a: { view: settings({ "cluster-node-timeout": "15000" }) },
      b: { view: settings({ "cluster-node-timeout": "5000" }) },
      c: { view: settings({ "cluster-node-timeout": "15000" }) },
    }),
    found: ["warning settings-differ: a c b"],
  },
  {
    code: "node-timeout-short",
    what: "a timeout that create did not live to put back",
    topology: healthyBut({ a: { view: settings({ "cluster-node-timeout": "500" }) } }),
    found: ["warning node-timeout-short: a"],
  },
  {
    code: "settings-differ",
    what: "a password that differs",
    topology: healthyBut({
      a: { view: settings({ requirepass: "digest-1", masterauth: "digest-1", masteruser: "joe" }) },
      b: { view: settings({ requirepass: "digest-2" }) },
    }),
    found: ["warning settings-differ: a b"],
  },
  {
    code: "replication-password-wrong",
    what: "requirepass without masterauth",
    topology: healthyBut({
      a: { view: settings({ requirepass: "digest-1", masterauth: "" }) },
      x: { view: settings({ requirepass: "digest-1", masterauth: "" }) },
    }),
    found: ["warning replication-password-wrong: a x"],
  },
  {
    code: "memory-nearly-full",
    what: "a primary that will refuse writes",
    topology: healthyBut({
      a: {
        view: { memoryBytes: 96, maxmemoryBytes: 100, ...settings({ "maxmemory-policy": "noeviction" }) },
      },
    }),
    found: ["warning memory-nearly-full: a"],
  },
  {
    code: "memory-nearly-full",
    what: "a cache that evicts",
    topology: healthyBut({
      a: {
        view: { memoryBytes: 99, maxmemoryBytes: 100, ...settings({ "maxmemory-policy": "allkeys-lru" }) },
      },
    }),
    found: ["info memory-nearly-full: a"],
  },
];
