import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Mover } from "../plan/mover.ts";
import { nextMove } from "./move-schedule.ts";

describe("what may run side by side", () => {
  test.each<{ mover: Mover; moves: string[]; beside: string[] }>([
    { mover: "classic", moves: ["a>d", "b>d", "c>d"], beside: ["a>d", "b>d", "c>d"] },
    { mover: "classic", moves: ["a>d", "a>c"], beside: ["a>d"] },
    { mover: "classic", moves: ["a>b", "b>a"], beside: ["a>b"] },
    { mover: "classic", moves: ["a>b", "b>c", "c>a"], beside: ["a>b"] },
    { mover: "redis-atomic", moves: ["a>d", "b>d", "b>c"], beside: ["a>d", "b>c"] },
    { mover: "valkey-atomic", moves: ["a>d", "b>d", "b>c"], beside: ["a>d", "b>d"] },
    { mover: "valkey-atomic", moves: ["a>b", "b>c"], beside: ["a>b"] },
  ])("$mover: of $moves $beside", ({ mover, moves, beside }) => {
    expect(begun(moves.map((text) => way(text, mover))).map(textOf)).toEqual(beside);
  });

  test("movers of different kinds do not share a node", () => {
    const moves = [way("a>b", "classic"), way("c>b", "valkey-atomic"), way("c>d", "valkey-atomic")];
    expect(begun(moves).map(textOf)).toEqual(["a>b", "c>d"]);
  });
});

test("begins with the nodes that have most to do", () => {
  const moves = ["a>b", "c>d", "c>e"].map((text) => way(text, "redis-atomic"));
  expect(textOf(nextMove({ waiting: moves, underWay: [] }, () => 1))).toBe("c>d");
  const work = new Map([["a>b", 5]]);
  expect(textOf(nextMove({ waiting: moves, underWay: [] }, (move) => work.get(textOf(move)) ?? 1))).toBe(
    "a>b",
  );
});

test("whatever the moves, every one gets its turn, and none waits while it might begin", () => {
  const node = fc.constantFrom("a", "b", "c", "d", "e");
  const mover = fc.constantFrom<Mover>("classic", "redis-atomic", "valkey-atomic");
  const moves = fc.array(fc.tuple(node, node, mover).filter(([from, to]) => from !== to));
  fc.assert(
    fc.property(moves, fc.array(fc.nat()), (ways, picks) => {
      let waiting = ways.map(([from, to, kind]) => way(`${from}>${to}`, kind));
      let underWay: Way[] = [];
      for (let round = 0; waiting.length > 0; round++) {
        for (let next = pick(); next; next = pick()) {
          const taken = next;
          waiting = waiting.filter((move) => move !== taken);
          underWay.push(taken);
        }
        // Something is always under way while anything waits.
        expect(underWay.length).toBeGreaterThan(0);
        const ended = (picks[round] ?? 0) % underWay.length;
        underWay = underWay.filter((_, index) => index !== ended);
      }
      function pick(): Way | undefined {
        return nextMove({ waiting, underWay }, () => 1);
      }
    }),
  );
});

type Way = ReturnType<typeof way>;

/** Those that begin before any has ended. */
function begun(moves: readonly Way[]): Way[] {
  const underWay: Way[] = [];
  for (const move of moves) {
    if (nextMove({ waiting: [move], underWay }, () => 1)) underWay.push(move);
  }
  return underWay;
}

function way(text: string, mover: Mover) {
  const [from = "", to = ""] = text.split(">");
  const ref = (id: string) => ({ id, address: { host: id, port: 1 } });
  return { from: ref(from), to: ref(to), mover };
}

function textOf(move: Way | undefined): string {
  return move ? `${move.from.id}>${move.to.id}` : "none";
}
