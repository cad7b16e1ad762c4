import { describe, expect, test } from "vitest";
import { ABSENT, after, fits, type Held, isAsHeld, type Write } from "./held.ts";
import { KeyLedger } from "./key-ledger.ts";

const SENT = { sentMs: 1_000_000, endedMs: 1_000_010 };
const HOUR_MS = 3_600_000;
const set = (value: string, ttlMs?: number): Write => ({ kind: "set", value, ttlMs });
const incr: Write = { kind: "incr" };
const push = (value: string): Write => ({ kind: "rpush", value });
const put = (field: string, value: string): Write => ({ kind: "hset", field, value });
const del: Write = { kind: "del" };
const timed: Held = { value: "v", expires: { minMs: 1_000_000, maxMs: 1_000_010 } };

test.each<{ held: Held; write: Write; makes: Held; reply: unknown; not: unknown }>([
  { held: ABSENT, write: set("a"), makes: { value: "a" }, reply: "OK", not: null },
  { held: timed, write: set("a"), makes: { value: "a" }, reply: "OK", not: 1 },
  { held: { value: "7" }, write: incr, makes: { value: "8" }, reply: 8, not: 7 },
  { held: ABSENT, write: incr, makes: { value: "1" }, reply: 1, not: 2 },
  { held: { value: '["a"]' }, write: push("b"), makes: { value: '["a","b"]' }, reply: 2, not: 1 },
  {
    held: { value: '[["b","1"]]' },
    write: put("a", "2"),
    makes: { value: '[["a","2"],["b","1"]]' },
    reply: 1,
    not: 0,
  },
  { held: { value: '[["b","1"]]' }, write: put("b", "2"), makes: { value: '[["b","2"]]' }, reply: 0, not: 1 },
  { held: { value: "a" }, write: del, makes: ABSENT, reply: 1, not: 0 },
])("$write.kind on $held.value", ({ held, write, makes, reply, not }) => {
  expect(after(held, write, SENT)).toEqual(makes);
  expect(fits(reply, { held, write })).toBe(true);
  expect(fits(not, { held, write })).toBe(false);
});

test("a time to live counts from somewhere between question and answer", () => {
  expect(after(ABSENT, set("a", HOUR_MS), SENT)).toEqual({
    value: "a",
    expires: { minMs: SENT.sentMs + HOUR_MS, maxMs: SENT.endedMs + HOUR_MS },
  });
});

describe("what is read", () => {
  const plain: Held = { value: "a" };
  const forAnHour = after(ABSENT, set("a", HOUR_MS), SENT);
  const atMs = SENT.endedMs + 60_000;
  const left = HOUR_MS - 60_000;

  test.each<{ name: string; held: Held; value: string | undefined; ttlMs: number; ok: boolean }>([
    { name: "the value", held: plain, value: "a", ttlMs: -1, ok: true },
    { name: "another value", held: plain, value: "b", ttlMs: -1, ok: false },
    { name: "nothing in its place", held: plain, value: undefined, ttlMs: -2, ok: false },
    { name: "something in place of nothing", held: ABSENT, value: "a", ttlMs: -1, ok: false },
    { name: "a time to live that nobody gave", held: plain, value: "a", ttlMs: left, ok: false },
    { name: "the time to live", held: forAnHour, value: "a", ttlMs: left, ok: true },
    { name: "a time to live that was lost", held: forAnHour, value: "a", ttlMs: -1, ok: false },
    { name: "a time to live that began anew", held: forAnHour, value: "a", ttlMs: HOUR_MS, ok: false },
    { name: "a key gone before its time", held: forAnHour, value: undefined, ttlMs: -2, ok: false },
    { name: "a key gone in time", held: timed, value: undefined, ttlMs: -2, ok: true },
    { name: "a key past its time", held: timed, value: "v", ttlMs: 5, ok: false },
    { name: "an error", held: plain, value: "error: MOVED", ttlMs: NaN, ok: false },
  ])("$name: $ok", ({ held, value, ttlMs, ok }) => {
    expect(isAsHeld({ value, ttlMs, atMs }, held)).toBe(ok);
  });
});

describe("the ledger of a key", () => {
  const read = (value: string | undefined) => ({
    value,
    ttlMs: value === undefined ? -2 : -1,
    atMs: SENT.endedMs,
  });

  test("an unanswered write may be there or not, and the next answer tells", () => {
    const ledger = new KeyLedger();
    ledger.answered(incr, { reply: 1, ...SENT });
    ledger.unanswered(incr, SENT);
    expect(["1", "2", "3"].filter((value) => ledger.isAsRead(read(value)))).toEqual(["1", "2"]);
    expect(ledger.answered(incr, { reply: 3, ...SENT })).toBe(true);
    expect(["2", "3"].filter((value) => ledger.isAsRead(read(value)))).toEqual(["3"]);
  });

  test("an answer that nothing explains is told", () => {
    const ledger = new KeyLedger();
    ledger.answered(incr, { reply: 1, ...SENT });
    expect(ledger.answered(incr, { reply: 1, ...SENT })).toBe(false);
  });

  test("an acknowledged write is the only thing that the key may hold", () => {
    const ledger = new KeyLedger();
    ledger.unanswered(set("a"), SENT);
    ledger.answered(set("b"), { reply: "OK", ...SENT });
    expect([undefined, "a", "b"].filter((value) => ledger.isAsRead(read(value)))).toEqual(["b"]);
  });
});
