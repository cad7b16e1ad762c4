import { describe, expect, test } from "vitest";
import { findBrokenKeys, loadKeys } from "../support/keys.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { everyServer } from "../support/move-servers.ts";
import { overTls } from "../support/over-tls.ts";

const PASSWORD = 'a secret: with "quotes"';
const KEYS = 3000;

const quoted = JSON.stringify(PASSWORD);
const withPassword = {
  config: { requirepass: quoted, masterauth: quoted },
  redis: { password: PASSWORD },
  env: { SLOTCTL_PASSWORD: PASSWORD },
};

describe.each(await everyServer())("the classic mover on $engine $version", (server) => {
  test.each([
    { what: "over TLS", hasPassword: false },
    { what: "over TLS, with a password", hasPassword: true },
  ])("moves keys $what", async ({ hasPassword }) => {
    await using cluster = await MoveCluster.form({
      server,
      primaries: 2,
      start: { ...overTls.start, ...(hasPassword ? { config: withPassword.config } : {}) },
      redis: { ...overTls.redis, ...(hasPassword ? withPassword.redis : {}) },
      env: { ...overTls.env, ...(hasPassword ? withPassword.env : {}) },
    });
    const access = { port: cluster.port, ...overTls.redis, ...(hasPassword ? { password: PASSWORD } : {}) };
    await loadKeys({ ...access, count: KEYS });
    const pair = ["--from", cluster.address(0), "--to", cluster.address(1), "--slots", "1000"];
    const args = ["reshard", cluster.seed, ...pair, "--mover", "classic", "--yes"];
    expect(await cluster.slotctl(args)).toMatchObject({ exitCode: 0 });
    expect(await findBrokenKeys({ ...access, count: KEYS })).toEqual([]);
    expect(await cluster.slotctl(["check", cluster.seed])).toMatchObject({ exitCode: 0 });
  });
});
