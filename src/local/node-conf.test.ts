import fc from "fast-check";
import { expect, test } from "vitest";
import { nodeConf } from "./node-conf.ts";

test("a node of a throw-away cluster: on loopback, in its directory, nothing on disk", () => {
  const text = nodeConf({ port: 7001, directory: "/state/7000/7001" });
  expect(text.split("\n").filter((line) => !line.startsWith("#"))).toEqual([
    "port 7001",
    "bind 127.0.0.1",
    "dir /state/7000/7001",
    "logfile /state/7000/7001/node.log",
    "pidfile /state/7000/7001/node.pid",
    "daemonize no",
    "always-show-logo no",
    "cluster-enabled yes",
    "cluster-config-file nodes.conf",
    "cluster-node-timeout 2000",
    "appendonly no",
    'save ""',
    "repl-diskless-sync-delay 0",
    "",
  ]);
});

test("a server reads any directory as it is meant", () => {
  const anyText = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !text.includes("\0"));
  fc.assert(
    fc.property(anyText, (folder) => {
      const directory = `/${folder.replaceAll("/", "")}`;
      const settings = new Map(nodeConf({ port: 1, directory }).split("\n").map(readAsServer));
      expect(settings.get("dir")).toBe(directory);
    }),
    { examples: [["two\nlines\r\n"], ['a "quoted" \\ folder']] },
  );
});

/** The part of the servers' own reader that matters here: a bare word, or one in double quotes with escapes. */
function readAsServer(line: string): [string, string] {
  const space = line.indexOf(" ");
  const raw = line.slice(space + 1);
  if (!raw.startsWith('"')) return [line.slice(0, space), raw];
  const inner = raw.slice(1, -1);
  const value = inner.replaceAll(/\\(.)/gs, (_, char: string) => ({ n: "\n", r: "\r" })[char] ?? char);
  return [line.slice(0, space), value];
}
