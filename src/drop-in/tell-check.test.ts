import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { captureStreams } from "../../test/support/captured-streams.ts";
import { healthyBut, healthyButOneSays, refused } from "../../test/support/problem-cases/problem-case.ts";
import { idOf } from "../../test/support/a-cluster.ts";
import { Output } from "../cli/output.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { Answers } from "./answers.ts";
import { tellCheck } from "./tell-check.ts";
import { Teller } from "./teller.ts";

const openSlot = { slot: 7, direction: "migrating", peer: "b" } as const;
const GOOD = ["[OK] All nodes agree about slots configuration.", "[OK] All 16384 slots covered."];

test.each([
  { name: "a healthy cluster", topology: healthyBut({}), isWell: true, says: GOOD },
  {
    name: "nodes that flag each other as failing",
    topology: healthyBut({ a: { flags: ["fail?"] }, b: { flags: ["fail"] } }),
    isWell: true,
    says: GOOD,
  },
  {
    name: "a replica that is gone",
    topology: healthyBut({ x: { unreached: refused } }),
    isWell: false,
    says: [...GOOD, "[ERR] Could not connect to Redis at 10.0.0.4:6379: Connection refused"],
  },
  {
    name: "a primary that is gone",
    topology: healthyBut({ a: { unreached: refused } }),
    isWell: false,
    says: ["[ERR] Not all 16384 slots are covered by nodes.", "    Missing: 0-5460"],
  },
  {
    name: "slots without an owner",
    topology: healthyBut({ c: { slots: "10923-16000" } }),
    isWell: false,
    says: ["[ERR] Not all 16384 slots are covered by nodes.", "    Missing: 16001-16383"],
  },
  {
    name: "open slots",
    topology: healthyBut({ a: { open: [openSlot, { ...openSlot, slot: 9 }] } }),
    isWell: false,
    says: [
      "[WARNING] Node 10.0.0.1:6379 has slots in migrating state 7,9.",
      "[WARNING] The following slots are open: 7,9.",
    ],
  },
  {
    name: "views that disagree",
    topology: healthyButOneSays("x", "a", { slots: SlotSet.ofRanges([{ first: 0, last: 5000 }]) }),
    isWell: false,
    says: ["[ERR] Nodes don't agree about configuration!", "[OK] All 16384 slots covered."],
  },
  {
    name: "keys at a node that does not own their slot",
    topology: healthyBut({ b: { view: { strayKeys: new Map([[3, 12]]) } } }),
    isWell: false,
    says: ["[WARNING] Slot 3 has 2 owners:", "    10.0.0.1:6379", "    10.0.0.2:6379"],
  },
])("$name", ({ topology, isWell, says }) => {
  const { stdout, stderr } = captureStreams();
  const output = new Output({ command: "--cluster", json: false, colourAllowed: false });
  const teller = new Teller(output, new Answers(Readable.from([])));
  const isSound = tellCheck(topology, { teller, first: "10.0.0.2:6379", searchOwners: true });
  const lines = stdout().split("\n");
  expect(isSound).toBe(isWell);
  expect(lines).toEqual(expect.arrayContaining(says));
  expect(lines[0]).toBe(">>> Performing Cluster Check (using node 10.0.0.2:6379)");
  // The node that was asked comes first in the list.
  expect(lines[1]).toBe(`M: ${idOf("b")} 10.0.0.2:6379`);
  expect(stderr()).toBe("");
});
