import { expect, test } from "vitest";
import { hintLines } from "./hint-lines.ts";
import { makeTheme } from "./theme.ts";

const plain = makeTheme({ colour: false });
const lines = (hint: string, columns: number) => hintLines(hint, { theme: plain, columns }, { indent: "  " });

test("a hint that fits is one line", () => {
  expect(lines("Wait until it has: slotctl check 10.0.0.1:6379", 60)).toEqual([
    "  → Wait until it has: slotctl check 10.0.0.1:6379",
  ]);
});

test.each([
  {
    what: "a command at the end stands on its own line, unbroken",
    hint: "Bring 10.0.0.1:6379 back, or promote a replica: slotctl failover 10.0.0.1:6379 10.0.0.4:6379 --force",
    shown: [
      "  → Bring 10.0.0.1:6379 back, or promote a",
      "    replica:",
      "      slotctl failover 10.0.0.1:6379 10.0.0.4:6379 --force",
    ],
  },
  {
    what: "two commands have a line each",
    hint: "Add primaries: slotctl add-node NEW 10.0.0.1:6379, then slotctl rebalance 10.0.0.1:6379 --use-empty",
    shown: [
      "  → Add primaries:",
      "      slotctl add-node NEW 10.0.0.1:6379",
      "    then",
      "      slotctl rebalance 10.0.0.1:6379 --use-empty",
    ],
  },
  {
    what: "what follows a command follows it",
    hint: "If another listens there, remove it: slotctl del-node a:1 78000000. If it is elsewhere, say where.",
    shown: [
      "  → If another listens there, remove it:",
      "      slotctl del-node a:1 78000000",
      "    If it is elsewhere, say where.",
    ],
  },
  {
    what: "a setting behind a command is no part of it",
    hint: "Set it: redis-cli -h 10.0.0.2 -p 6379 CONFIG SET maxmemory 0, then CONFIG REWRITE",
    shown: [
      "  → Set it:",
      "      redis-cli -h 10.0.0.2 -p 6379 CONFIG SET maxmemory 0",
      "    then CONFIG REWRITE",
    ],
  },
  {
    what: "a command within a sentence is not broken either",
    hint: "Once it is back, run slotctl check 10.0.0.1:6379 --deep and look at what it says.",
    shown: [
      "  → Once it is back, run",
      "    slotctl check 10.0.0.1:6379 --deep and",
      "    look at what it says.",
    ],
  },
])("$what", ({ hint, shown }) => {
  expect(lines(hint, 42)).toEqual(shown);
});

test("a command is brighter than the words around it, never dimmer", () => {
  const theme = makeTheme({ colour: true });
  const text = hintLines("Look again: slotctl check a:1", { theme, columns: 80 }, { indent: "" }).join("");
  expect(text).toContain(`Look again: ${theme.strong("slotctl check a:1")}`);
});
