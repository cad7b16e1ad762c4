import { parseSlots } from "../../../src/cluster/parse-slots.ts";
import { idOf } from "../a-cluster.ts";
import { healthyBut, healthyButOneSays, replication, refused, type ProblemCase } from "./problem-case.ts";

export const casesOfSlots: readonly ProblemCase[] = [
  {
    code: "slots-uncovered",
    what: "slots that nobody owns",
    topology: healthyBut({ b: { slots: "5463-10922" } }),
    found: ["error slots-uncovered: [5461-5462]"],
  },
  {
    code: "slots-unserved",
    what: "a primary that is down",
    topology: healthyBut({
      a: { unreached: refused, flags: ["fail"] },
      x: { view: replication({ linkUp: false }) },
    }),
    found: [
      "error node-unreachable: a [0-5460]",
      "error slots-unserved: a [0-5460]",
      "warning replica-link-down: x",
    ],
  },
  {
    code: "slots-open",
    what: "a move that was interrupted",
    topology: healthyBut({
      a: {
        open: [6, 5].map((slot) => ({ slot, direction: "migrating", peer: "b" })),
        view: {
          keysInOpenSlots: new Map([
            [5, 3],
            [6, 0],
          ]),
        },
      },
      b: {
        open: [5, 6].map((slot) => ({ slot, direction: "importing", peer: "a" })),
        view: {
          keysInOpenSlots: new Map([
            [5, 1],
            [6, 9],
          ]),
        },
      },
      c: {
        view: {
          keysInOpenSlots: new Map([
            [5, 0],
            [6, 0],
          ]),
        },
      },
    }),
    found: ["error slots-open: a b [5-6]", "error slots-open: b a [5-6]"],
  },
  {
    code: "slots-open",
    what: "an open slot that only a replica knows of, from a node that nobody knows",
    topology: healthyBut({ x: { open: [{ slot: 7, direction: "importing", peer: "gone" }] } }),
    found: ["warning slots-open: x gone [7]"],
  },
  {
    code: "slots-with-several-owners",
    what: "two primaries that claim the same slots",
    topology: healthyButOneSays("a", "a", { slots: parseSlots("0-5470") }),
    found: [
      "error slots-with-several-owners: a b [5461-5470]",
      "error views-disagree-on-slots: a [5461-5470]",
    ],
  },
  {
    code: "keys-in-foreign-slots",
    what: "keys left behind",
    topology: healthyBut({
      a: {
        view: {
          strayKeys: new Map([
            [9000, 2],
            [9002, 1],
          ]),
        },
      },
    }),
    found: ["error keys-in-foreign-slots: a [9000,9002]"],
  },
  {
    code: "keys-out-of-sight",
    what: "keys that the node does not name",
    topology: healthyBut({ a: { view: { unseenKeys: 3 } } }),
    found: ["error keys-out-of-sight: a"],
  },
  {
    code: "views-disagree-on-slots",
    what: "a node that gives slots to another owner",
    topology: healthyButOneSays("z", "c", { slots: parseSlots("10923-16000") }),
    found: ["error views-disagree-on-slots: z [16001-16383]"],
  },
  {
    code: "views-disagree-on-members",
    what: "a node that was half forgotten",
    topology: healthyButOneSays("b", "z", "nothing"),
    found: ["warning views-disagree-on-members: z"],
  },
  {
    code: "views-disagree-on-roles",
    what: "a replica whose primary is another one to some",
    topology: healthyButOneSays("b", "x", { primaryId: idOf("c") }),
    found: ["warning views-disagree-on-roles: x"],
  },
];
