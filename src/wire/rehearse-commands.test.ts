import { expect, onTestFinished, test } from "vitest";
import { aFakeNode, type FakeReply } from "../../test/support/fake-node.ts";
import { Connection } from "./connection.ts";
import { plainAccess } from "./node-access.ts";
import { rehearseCommands } from "./rehearse-commands.ts";

async function rehearseAt(answer: (command: readonly string[]) => FakeReply) {
  const node = await aFakeNode(answer);
  const connection = new Connection(node.address, { ...plainAccess(2000), username: "ops", password: "pw" });
  onTestFinished(() => connection.close());
  const lacking = await rehearseCommands(connection, ["CLUSTER SETSLOT", "MIGRATE", "RESTORE-ASKING"]);
  return lacking.map(({ command, why, reason, hint }) => ({ command, why, said: `${reason}. ${hint}` }));
}

test("a node that has the commands refuses what cannot be, and lacks none", async () => {
  const answers: Readonly<Record<string, FakeReply>> = {
    AUTH: "OK",
    CLUSTER: new Error("ERR Invalid or out of range slot"),
    MIGRATE: "NOKEY",
    "RESTORE-ASKING": new Error("MOVED 5333 10.0.0.2:6379"),
  };
  expect(await rehearseAt(([name = ""]) => answers[name] ?? null)).toEqual([]);
});

test("what the user may not run, on old servers and on new ones", async () => {
  const answers: Readonly<Record<string, FakeReply>> = {
    AUTH: "OK",
    CLUSTER: new Error("NOPERM this user has no permissions to run the 'cluster' command or its subcommand"),
    MIGRATE: new Error("NOPERM User ops has no permissions to run the 'migrate' command"),
    "RESTORE-ASKING": new Error("NOPERM No permissions to access a key"),
  };
  expect(await rehearseAt(([name = ""]) => answers[name] ?? null)).toEqual([
    {
      command: "CLUSTER SETSLOT",
      why: "denied",
      said: expect.stringMatching(/^user ops may not run CLUSTER SETSLOT \(NOPERM\).*\+cluster\|setslot/),
    },
    {
      command: "MIGRATE",
      why: "denied",
      said: expect.stringMatching(/^user ops may not run MIGRATE \(NOPERM\).*\+migrate .*security\.md/),
    },
    {
      command: "RESTORE-ASKING",
      why: "denied",
      said: expect.stringMatching(/^user ops may not run RESTORE-ASKING on every key \(NOPERM\).* ~\* /),
    },
  ]);
});

test("what the node has under another name or not at all", async () => {
  const lacking = await rehearseAt(([name = ""]) =>
    name === "AUTH" ? "OK" : new Error(`ERR unknown command '${name}', with args beginning with: 'x' `),
  );
  expect(lacking.map(({ command, why }) => `${command} ${why}`)).toEqual([
    "CLUSTER SETSLOT missing",
    "MIGRATE missing",
    "RESTORE-ASKING missing",
  ]);
  expect(lacking[0]?.said).toMatch(/^it has no command CLUSTER SETSLOT: renamed or removed/);
});
