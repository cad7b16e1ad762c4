import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mustRun } from "../servers/run-program.ts";
import { aFile } from "../support/access-cluster.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { twoServers } from "../support/move-servers.ts";
import { overTls } from "../support/over-tls.ts";
import { runSlotctl } from "../support/run-slotctl.ts";

const { tls } = overTls.start;
const CLIENT = ["--cacert", tls.caFile, "--cert", tls.clientCertFile, "--key", tls.clientKeyFile];

describe.each(await twoServers())("TLS on $engine $version", (server) => {
  let cluster: MoveCluster;
  const info = (seed: string, args: readonly string[]) => runSlotctl(["info", seed, ...args, "--json"]);

  beforeAll(async () => {
    cluster = await MoveCluster.form({ server, primaries: 2, ...overTls });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test("a cluster is formed, and keys move between its nodes", async () => {
    await cluster.client(1).set("a", "travels");
    const pair = ["--from", cluster.address(1), "--to", cluster.address(0), "--slot-ranges", "15495"];
    expect(await cluster.slotctl(["reshard", cluster.seed, ...pair, "--yes"])).toMatchObject({ exitCode: 0 });
    expect(await cluster.client(0).get("a")).toBe("travels");
  });

  test.each([
    { what: "--tls with a CA and a client certificate", scheme: "", args: ["--tls", ...CLIENT] },
    { what: "a rediss URI", scheme: "rediss://", args: CLIENT },
    {
      what: "any server certificate, if told so",
      scheme: "rediss://",
      args: ["--insecure", ...CLIENT.slice(2)],
    },
    { what: "the name in the certificate", scheme: "rediss://", args: [...CLIENT, "--sni", "localhost"] },
  ])("$what", async ({ scheme, args }) => {
    const result = await info(`${scheme}${cluster.seed}`, args);
    expect(result).toMatchObject({ exitCode: 0, stderr: "" });
    expect(result.json()).toMatchObject({ data: { totals: { primaries: 2, slotsCovered: 16_384 } } });
  });

  test.each([
    {
      what: "no CA",
      args: ["--tls", ...CLIENT.slice(2)],
      says: /certificate/i,
      hint: /--cacert/,
      code: "node-denied",
    },
    {
      what: "no client certificate",
      args: ["--tls", ...CLIENT.slice(0, 2)],
      says: /certificate|closed/i,
      hint: /--cert and --key|--tls/,
    },
    {
      what: "another name",
      args: ["--tls", ...CLIENT, "--sni", "example.org"],
      says: /altnames|does not match/i,
      hint: /--sni/,
    },
  ])("$what is not let in", async ({ args, says, hint, code }) => {
    const result = await info(cluster.seed, args);
    expect(result).toMatchObject({ exitCode: 4 });
    expect(result.json()).toMatchObject({
      error: { node: cluster.seed, hint: expect.stringMatching(hint) },
    });
    expect(result.json().error?.message).toMatch(says);
    expect(code ?? result.json().error?.code).toBe(result.json().error?.code);
  });

  test("a server certificate of another CA is not taken", async () => {
    const ca = await aFile("");
    const key = await aFile("");
    const args = `req -x509 -nodes -newkey rsa:2048 -keyout ${key} -subj /CN=other -days 2 -out ${ca}`;
    await mustRun("openssl", args.split(" "));
    const result = await info(cluster.seed, ["--tls", "--cacert", ca, ...CLIENT.slice(2)]);
    expect(result).toMatchObject({ exitCode: 4 });
    expect(result.json()).toMatchObject({ error: { code: "node-denied", node: cluster.seed } });
  });

  test("a TLS port without --tls is told apart from a dead one", async () => {
    const result = await info(cluster.seed, ["--timeout", "2"]);
    expect(result).toMatchObject({ exitCode: 4 });
    expect(result.json().error?.hint).toContain("--tls");
  });

  test("a certificate file that is not there is a usage error", async () => {
    const result = await info(cluster.seed, ["--tls", "--cacert", "/no/such/ca.pem"]);
    expect(result).toMatchObject({ exitCode: 2 });
    expect(result.json().error?.message).toContain("/no/such/ca.pem cannot be read");
  });

  test("a certificate without its key is a usage error", async () => {
    const result = await info(cluster.seed, ["--tls", "--cert", tls.clientCertFile]);
    expect(result).toMatchObject({ exitCode: 2 });
  });
});
