import { describe, expect, test } from "vitest";
import { QUOTED_SECRET, SECRET } from "../support/access-cluster.ts";
import { AtomicPair, atomicServers } from "../support/atomic-pair.ts";
import { overTls } from "../support/over-tls.ts";

describe.each(await atomicServers())("atomic migrations of $engine $version", (server) => {
  const auth = server.engine === "redis" ? "masterauth" : "primaryauth";

  test("go over TLS, with a password", async () => {
    await using pair = await AtomicPair.form({
      server,
      start: { ...overTls.start, config: { requirepass: QUOTED_SECRET, [auth]: QUOTED_SECRET } },
      redis: { ...overTls.redis, password: SECRET },
      env: { ...overTls.env, SLOTCTL_PASSWORD: SECRET },
      access: {
        password: SECRET,
        tls: { ...overTls.redis.tls, serverName: undefined, insecure: false },
      },
    });
    await pair.fill("0-999");
    expect(await pair.moved({ slots: "0-999" })).toBe(true);
    expect(await pair.missingAt(1, "0-999")).toEqual([]);
  });

  test("go with a password that only Valkey has to be told", async () => {
    await using pair = await AtomicPair.form({
      server,
      start: { config: { requirepass: QUOTED_SECRET } },
      redis: { password: SECRET },
      env: { SLOTCTL_PASSWORD: SECRET },
      access: { password: SECRET },
    });
    await pair.fill("0-999");
    const outcome = await pair.moved({ slots: "0-999" });
    const refused = {
      code: "atomic-unavailable",
      message: expect.stringMatching(/did not let .* in: .*NOAUTH.*no slot is open/),
      hint: expect.stringMatching(/primaryauth.*--mover classic/),
    };
    expect([outcome]).toMatchObject([server.engine === "redis" ? true : refused]);
    expect(JSON.stringify(outcome)).not.toContain(SECRET);

    await pair.cluster.client(0).config("SET", auth, SECRET);
    expect(await pair.moved({ slots: "0-999" })).toBe(true);
    expect(await pair.missingAt(1, "0-999")).toEqual([]);
  });

  test("are refused to a user without the right, before anything is begun", async () => {
    await using pair = await AtomicPair.form({
      server,
      access: { username: "guest", password: "guest" },
    });
    for (const index of [0, 1]) {
      const rules = ["on", ">guest", "~*", "+@all", "-cluster|migration", "-cluster|migrateslots"];
      const known = rules.filter(
        (rule) => !rule.endsWith(server.engine === "redis" ? "migrateslots" : "migration"),
      );
      await pair.cluster.client(index).call("ACL", "SETUSER", "guest", ...known);
    }
    await pair.fill("0-99");
    expect(await pair.moved({ slots: "0-99" })).toMatchObject({ code: "atomic-unavailable" });
    expect(await pair.missingAt(0, "0-99")).toEqual([]);
  });
});
