import { describe, expect, test } from "vitest";
import type { Invocation } from "./invocation.ts";
import { FLAGS, IDLE_FLAGS, IDLE_SETTINGS, SETTINGS } from "./option-table.ts";
import { parseInvocation } from "./parse-invocation.ts";

const H = "127.0.0.1:7000";

/** Invocations as guides and scripts have them, and what they come to. */
const READ: readonly { line: string; reads: Partial<Record<keyof Invocation, unknown>> }[] = [
  {
    line: "--cluster create a:1 b:2 c:3 --cluster-replicas 1",
    reads: { subcommand: "create", args: ["a:1", "b:2", "c:3"], settings: { replicas: "1" } },
  },
  {
    line: "--cluster create --cluster-replicas 1 a:1 b:2 c:3",
    reads: { args: ["a:1", "b:2", "c:3"], settings: { replicas: "1" } },
  },
  {
    line: "-a pw --no-auth-warning --cluster create a:1 --cluster-yes",
    reads: { args: ["a:1"], settings: { password: "pw" }, flags: ["no-auth-warning", "yes"] },
  },
  { line: `--cluster check ${H}`, reads: { subcommand: "check", args: [H] } },
  { line: "--cluster check 127.0.0.1 7000", reads: { args: ["127.0.0.1", "7000"] } },
  {
    line: `--cluster check ${H} --cluster-search-multiple-owners`,
    reads: { flags: ["search-owners"] },
  },
  { line: `--cluster info ${H} --verbose -c --json`, reads: { subcommand: "info", flags: [] } },
  {
    line: `--cluster fix ${H} --cluster-fix-with-unreachable-masters`,
    reads: { subcommand: "fix", flags: ["fix-unreachable"] },
  },
  {
    line: `--cluster fix ${H} --cluster-fix-with-unreachable-primaries`,
    reads: { flags: ["fix-unreachable"] },
  },
  {
    line: `--cluster reshard ${H} --cluster-from all --cluster-to b --cluster-slots 9 --cluster-yes --cluster-timeout 5 --cluster-pipeline 7 --cluster-replace`,
    reads: {
      subcommand: "reshard",
      settings: { from: "all", to: "b", slots: "9", timeout: "5", pipeline: "7" },
      flags: ["yes", "replace"],
    },
  },
  { line: `--cluster reshard ${H} --cluster-use-atomic-slot-migration`, reads: { flags: ["atomic"] } },
  {
    line: `--cluster rebalance --cluster-weight a=1 b=.5 --cluster-use-empty-masters ${H}`,
    reads: { subcommand: "rebalance", weights: ["a=1", "b=.5"], flags: ["use-empty"], args: [H] },
  },
  {
    line: `--cluster rebalance ${H} --cluster-use-empty-primaries --cluster-simulate --cluster-threshold 5`,
    reads: { flags: ["use-empty", "simulate"], settings: { threshold: "5" } },
  },
  { line: `--cluster rebalance --cluster-weight a=1 ${H}`, reads: { weights: ["a=1"], args: [H] } },
  {
    line: `--cluster add-node new:1 ${H} --cluster-slave --cluster-master-id x`,
    reads: { subcommand: "add-node", flags: ["replica"], settings: { "primary-id": "x" } },
  },
  {
    line: `--cluster add-node new:1 ${H} --cluster-replica --cluster-primary-id x`,
    reads: { flags: ["replica"], settings: { "primary-id": "x" } },
  },
  { line: `--cluster del-node ${H} id`, reads: { subcommand: "del-node", args: [H, "id"] } },
  {
    line: `--cluster call ${H} config get x --cluster-only-masters`,
    reads: { subcommand: "call", args: [H, "config", "get", "x"], flags: ["only-primaries"] },
  },
  { line: `--cluster call ${H} ping --cluster-only-primaries`, reads: { flags: ["only-primaries"] } },
  { line: `--cluster call ${H} ping --cluster-only-replicas`, reads: { flags: ["only-replicas"] } },
  { line: `-x --cluster call ${H} echo`, reads: { stdin: { tag: undefined }, args: [H, "echo"] } },
  { line: `--cluster call ${H} -x`, reads: { stdin: { tag: undefined }, args: [H] } },
  { line: `-X T --cluster call ${H} echo T`, reads: { stdin: { tag: "T" } } },
  { line: `--cluster set-timeout ${H} 5000`, reads: { subcommand: "set-timeout", args: [H, "5000"] } },
  {
    line: `--cluster import ${H} --cluster-from s:1 --cluster-from-user u --cluster-from-pass p --cluster-from-askpass --cluster-copy --cluster-replace`,
    reads: {
      subcommand: "import",
      settings: { from: "s:1", "from-user": "u", "from-password": "p" },
      flags: ["from-ask-password", "copy", "replace"],
    },
  },
  { line: `--cluster backup ${H} /tmp`, reads: { subcommand: "backup", args: [H, "/tmp"] } },
  { line: "--cluster help", reads: { subcommand: "help", args: [] } },
  {
    line: `--tls --cacert c --cacertdir d --cert e --key k --sni n --insecure --tls-ciphers x --tls-ciphersuites y -4 -6 -t 2 --user u --pass p --askpass -u redis://h --cluster info ${H}`,
    reads: {
      flags: ["tls", "insecure", "ipv4", "ipv6", "ask-password"],
      settings: {
        cacert: "c",
        cacertdir: "d",
        cert: "e",
        key: "k",
        sni: "n",
        ciphers: "x",
        ciphersuites: "y",
        "connect-timeout": "2",
        user: "u",
        password: "p",
        uri: "redis://h",
      },
    },
  },
  // Words behind an option are none of the arguments once there are some.
  { line: `--cluster info ${H} --verbose more words`, reads: { args: [H] } },
  { line: `-h elsewhere -p 1 -n 2 --cluster info ${H}`, reads: { args: [H] } },
];

test.each(READ)("$line", ({ line, reads }) => {
  const found = parseInvocation(line.split(" ")) as Invocation;
  const plain = {
    ...found,
    flags: [...found.flags],
    settings: Object.fromEntries(found.settings),
  };
  expect(plain).toMatchObject(reads);
});

describe("what redis-cli does not take either", () => {
  const wrongNumber = "[ERR] Wrong number of arguments for specified --cluster sub command";
  const unrecognized = (word: string) => `Unrecognized option or bad number of args for: '${word}'`;
  test.each([
    { line: "--cluster nope h:1", says: "Unknown --cluster subcommand" },
    { line: "--cluster create", says: wrongNumber },
    { line: "--cluster check", says: wrongNumber },
    { line: "--cluster add-node h:1", says: wrongNumber },
    { line: "--cluster add-node h:1 h:2 h:3", says: wrongNumber },
    { line: "--cluster del-node h:1", says: wrongNumber },
    { line: "--cluster call h:1", says: wrongNumber },
    { line: "--cluster set-timeout h:1", says: wrongNumber },
    { line: "--cluster backup h:1", says: wrongNumber },
    { line: "--cluster import", says: wrongNumber },
    { line: "--cluster call h:1 set k -1", says: unrecognized("-1") },
    { line: "--cluster info h:1 --cluster-slots", says: unrecognized("--cluster-slots") },
    { line: "--cluster info h:1 --bogus", says: unrecognized("--bogus") },
    { line: "--cluster", says: "--cluster takes one subcommand, once." },
    { line: "--cluster info h:1 --cluster check h:1", says: "--cluster takes one subcommand, once." },
    {
      line: "--cluster rebalance h:1 --cluster-weight a=1 --cluster-yes --cluster-weight b=1",
      says: "WARNING: you cannot use --cluster-weight more than once.",
    },
  ])("$line", ({ line, says }) => {
    expect(() => parseInvocation(line.split(" "))).toThrow(says);
  });
});

test.each(["--help", "-h"])("%s asks for help", (word) => {
  expect(parseInvocation(["--cluster", "check", "h:1", word])).toBe("help");
});

test.each(["--version", "-v"])("%s asks for the version", (word) => {
  expect(parseInvocation([word, "--cluster", "check"])).toBe("version");
});

test("no option is in two tables", () => {
  const all = [...Object.keys(FLAGS), ...Object.keys(SETTINGS), ...IDLE_FLAGS, ...IDLE_SETTINGS];
  expect(all.filter((option, index) => all.indexOf(option) !== index)).toEqual([]);
});
