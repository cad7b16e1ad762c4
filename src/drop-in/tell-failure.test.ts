import { expect, onTestFinished, test } from "vitest";
import { captureStreams } from "../../test/support/captured-streams.ts";
import { Output } from "../cli/output.ts";
import { ConnectFailed, NodeFailed, Refused, UsageError } from "../errors.ts";
import { tellFailure } from "./tell-failure.ts";

const connect = {
  code: "node-unreachable",
  node: "h:1",
  reason: "connection refused",
  hint: "Give another.",
};

test.each([
  {
    failure: new UsageError("Unknown --cluster subcommand", { code: "usage" }),
    stderr: "Unknown --cluster subcommand\n",
  },
  {
    failure: new ConnectFailed("h:1 cannot be reached: connection refused.", connect),
    stderr:
      "Could not connect to Redis at h:1: Connection refused\n[ERR] h:1 cannot be reached: connection refused.\n    Give another.\n",
  },
  {
    failure: new UsageError("[ERR] No such node ID x", { code: "unknown-node" }),
    stdout: "[ERR] No such node ID x\n",
  },
  {
    failure: new Refused("Not every node is an empty cluster node: h:1 holds keys.", {
      code: "node-not-empty",
    }),
    stdout:
      "[ERR] Node h:1 is not empty. Either the node already knows other nodes (check with CLUSTER NODES) or contains some key in database 0.\n[ERR] Not every node is an empty cluster node: h:1 holds keys.\n",
  },
  {
    failure: new NodeFailed("h:1 said no.", { code: "x" }),
    stdout: "[ERR] h:1 said no.\n",
  },
])("$failure.message", ({ failure, stdout = "", stderr = "" }) => {
  const before = process.exitCode;
  onTestFinished(() => void (process.exitCode = before));
  const caught = captureStreams();
  tellFailure(failure, new Output({ command: "--cluster", json: false, colourAllowed: false }));
  expect({ stdout: caught.stdout(), stderr: caught.stderr() }).toEqual({ stdout, stderr });
  expect(process.exitCode).toBe(1);
});
