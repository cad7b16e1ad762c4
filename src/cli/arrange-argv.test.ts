import fc from "fast-check";
import { expect, test } from "vitest";
import { arrangeArgv } from "./arrange-argv.ts";

test.each([
  { typed: "", meant: "" },
  { typed: "--version", meant: "--version" },
  { typed: "--json check a:1", meant: "check a:1 --json" },
  { typed: "--no-color --json=1 check a:1", meant: "check a:1 --no-color --json=1" },
  { typed: "info --map a=b a:1", meant: "info a:1 --map a=b" },
  { typed: "info --map=a=b a:1", meant: "info a:1 --map=a=b" },
  { typed: "info --map a=b c=d a:1 --json", meant: "info a:1 --map a=b c=d --json" },
  { typed: "info --map a=b --map c=d a:1", meant: "info --map a=b a:1 --map c=d" },
  { typed: "rebalance --weight 07c3=2 a:1 --map a=b", meant: "rebalance a:1 --weight 07c3=2 --map a=b" },
  { typed: "del-node --map a=b a:1 07c3", meant: "del-node a:1 07c3 --map a=b" },
  { typed: "info a:1 --map wrong", meant: "info a:1 --map wrong" },
  { typed: "call a:1 -- SET --map a=b c", meant: "call a:1 -- SET --map a=b c" },
  { typed: "reshard a:1 --from b:1 c:1 --to d:1", meant: "reshard a:1 --from b:1 c:1 --to d:1" },
])("$typed", ({ typed, meant }) => {
  const words = (text: string) => text.split(" ").filter((word) => word !== "");
  expect(arrangeArgv(words(typed))).toEqual(words(meant));
});

const words = fc.constantFrom("info", "a:1", "x=1", "-y", "--to", "--json", "--");
const flags = fc.constantFrom("--map", "--map=a=b", "--weight");

test("no word is lost or made up", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(words, flags)), (argv) => {
      expect(arrangeArgv(argv).toSorted()).toEqual(argv.toSorted());
    }),
  );
});

test("a command that has no such flag stays as it is typed", () => {
  fc.assert(
    fc.property(fc.array(words), (rest) => {
      expect(arrangeArgv(["info", ...rest])).toEqual(["info", ...rest]);
    }),
  );
});
