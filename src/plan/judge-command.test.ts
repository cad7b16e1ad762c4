import fc from "fast-check";
import { expect, test } from "vitest";
import { judgeCommand } from "./judge-command.ts";
import { RISKY_COMMANDS, RISKY_CONTAINERS } from "./risky-commands.ts";
import { UNCALLABLE_COMMANDS } from "./uncallable-commands.ts";

const judge = (line: string) => judgeCommand(line.split(" "), { replyMs: 5000 });

test.each([
  { line: "FLUSHALL ASYNC", effect: "deletes-data" },
  { line: "del a", effect: "deletes-data" },
  { line: "FT.DROPINDEX idx", effect: "deletes-data" },
  { line: "json.del k", effect: "deletes-data" },
  { line: "XGROUP DESTROY s g", effect: "deletes-data" },
  { line: "SHUTDOWN NOSAVE", effect: "interrupts-service" },
  { line: "CLIENT KILL TYPE normal", effect: "interrupts-service" },
  { line: "DEBUG SLEEP 1", effect: "interrupts-service" },
  { line: "cluster reset hard", effect: "changes-topology" },
  { line: "CLUSTER FORGET id", effect: "changes-topology" },
  { line: "CLUSTER SOMETHING-NEW", effect: "changes-topology" },
  { line: "CLUSTER MIGRATION CANCEL ALL", effect: "changes-topology" },
  { line: "REPLICAOF NO ONE", effect: "changes-topology" },
  { line: "ACL SETUSER x on", effect: "changes-access" },
  { line: "CONFIG SET dir /tmp", effect: "changes-settings" },
  { line: "config set MaxMemory 1", effect: "changes-settings" },
  { line: "CONFIG SET hz 10 requirepass x", effect: "changes-settings" },
  { line: "CONFIG SET tls-cert-file x", effect: "changes-settings" },
  { line: "CONFIG REWRITE", effect: "changes-settings" },
  { line: "SCRIPT FLUSH", effect: "changes-code" },
  { line: "FUNCTION RESTORE x", effect: "changes-code" },
  { line: "FUNCTION DELETE x", effect: "changes-code" },
  { line: "FUNCTION FLUSH", effect: "changes-code" },
  { line: "function load replace code", effect: "changes-code" },
  { line: "EVAL x 0", effect: "runs-a-script" },
])("$line is asked about: $effect", ({ line, effect }) => {
  expect(judge(line)).toEqual({ verdict: "risky", effect });
});

test.each([
  "PING",
  "INFO",
  "DBSIZE",
  "KEYS *",
  "SET a b",
  "GET FLUSHALL",
  "ECHO SUBSCRIBE",
  "EVAL_RO x 0",
  "CLUSTER NODES",
  "CLUSTER MIGRATION STATUS ALL",
  "CLUSTER",
  "CONFIG GET dir",
  "CONFIG SET hz 10",
  "CONFIG SET slowlog-max-len 128",
  "CONFIG SET hz dir",
  "CLIENT LIST",
  "ACL WHOAMI",
  "FUNCTION LIST",
  "FUNCTION LOAD code",
  "FUNCTION LOAD",
  "BLPOP a 1",
  "BLPOP a nonsense",
  "BLPOP",
  "BLMPOP 1 1 a LEFT",
  "WAIT 1 100",
  "XREAD COUNT 1 STREAMS s 0",
  "constructor",
  "__proto__ x",
  "",
])("%s is nothing to think about", (line) => {
  expect(judge(line)).toEqual({ verdict: "fine" });
});

test.each([
  { line: "SUBSCRIBE x", reason: "streams" },
  { line: "MONITOR", reason: "streams" },
  { line: "psync ? -1", reason: "streams" },
  { line: "MULTI", reason: "for-one-connection" },
  { line: "AUTH x", reason: "for-one-connection" },
  { line: "CLIENT REPLY OFF", reason: "for-one-connection" },
  { line: "BLPOP a 0", reason: "waits" },
  { line: "BLPOP a 5", reason: "waits" },
  { line: "BLMPOP 0 1 a LEFT", reason: "waits" },
  { line: "WAIT 1 0", reason: "waits" },
  { line: "XREAD block 0 STREAMS s $", reason: "waits" },
])("$line can have no reply: $reason", ({ line, reason }) => {
  expect(judge(line)).toEqual({ verdict: "uncallable", reason });
});

test("no command of the lists gets by in another case, whatever stands behind it", () => {
  const listed = [...Object.values(RISKY_COMMANDS).flat(), ...Object.values(UNCALLABLE_COMMANDS).flat()];
  const anyCase = fc
    .tuple(fc.constantFrom(...listed), fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }))
    .map(([name, isLower]) =>
      Array.from(name, (sign, at) => (isLower[at] ? sign.toLowerCase() : sign)).join(""),
    );
  fc.assert(
    fc.property(anyCase, fc.array(fc.string()), (name, rest) => {
      expect(judgeCommand([name, ...rest], { replyMs: 5000 }).verdict).not.toBe("fine");
    }),
  );
});

test("a subcommand that nobody knows is asked about", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(RISKY_CONTAINERS)),
      fc.string({ minLength: 15 }),
      (name, sub) => {
        fc.pre(!(name === "CONFIG" && sub.toUpperCase() === "SET"));
        fc.pre(!RISKY_CONTAINERS[name]?.harmless.includes(sub.toUpperCase()));
        expect(judgeCommand([name, sub], { replyMs: 5000 })).toMatchObject({ verdict: "risky" });
      },
    ),
  );
});
