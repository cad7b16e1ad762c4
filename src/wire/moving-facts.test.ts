import { describe, expect, test } from "vitest";
import { idOf } from "../../test/support/a-cluster.ts";
import type { Reply } from "./command.ts";
import { readMovingFacts } from "./moving-facts.ts";
import { ReplyError } from "./reply-errors.ts";

const unknown = new ReplyError("ERR unknown subcommand 'MIGRATION'. Try CLUSTER HELP.");
const forbidden = new ReplyError("NOPERM this user has no permissions to run the 'acl|getuser' command");

interface Replies {
  readonly ofRedis?: Reply;
  readonly ofValkey?: Reply;
  readonly auth?: Reply;
  readonly user?: Reply;
  readonly defaultUser?: Reply;
}

/** What a Valkey without passwords and without migrations reports, but for what is given. */
function read(replies: Replies = {}, info = "") {
  const { ofRedis = unknown, ofValkey = [], auth = ["masterauth", ""], user = ["masteruser", ""] } = replies;
  const { defaultUser = ["flags", ["on", "nopass"], "passwords", []] } = replies;
  return readMovingFacts([ofRedis, ofValkey, auth, user, defaultUser], info);
}

describe("passwords", () => {
  test.each<{ name: string; replies: Replies; gives: boolean | undefined; asks: boolean | undefined }>([
    { name: "none", replies: {}, gives: false, asks: false },
    {
      name: "one for all",
      replies: {
        auth: ["masterauth", "open-sesame-42"],
        defaultUser: ["flags", ["on"], "passwords", ["9f"]],
      },
      gives: true,
      asks: true,
    },
    {
      name: "one that is given as another user",
      replies: { auth: ["masterauth", "open-sesame-42"], user: ["masteruser", "replicator"] },
      gives: undefined,
      asks: false,
    },
    {
      name: "a user without a password",
      replies: { user: ["masteruser", "replicator"] },
      gives: false,
      asks: false,
    },
    {
      name: "questions that are forbidden",
      replies: { auth: forbidden, user: forbidden, defaultUser: forbidden },
      gives: undefined,
      asks: undefined,
    },
    {
      name: "a default user that is off",
      replies: { defaultUser: ["flags", ["off"]] },
      gives: false,
      asks: true,
    },
  ])("$name: gives $gives, asks $asks", ({ replies, gives, asks }) => {
    const { atomicFacts } = read(replies);
    expect(atomicFacts).toEqual({ modules: [], givesPassword: gives, asksPassword: asks });
  });

  test("no password and no digest of one is kept", () => {
    const facts = read({
      auth: ["masterauth", "open-sesame-42"],
      defaultUser: ["flags", ["on"], "passwords", ["30c952fab122c3f9"]],
    });
    expect(JSON.stringify(facts)).not.toMatch(/open-sesame|30c952/);
  });
});

test("modules come with what they can cope with", () => {
  const info =
    "# Modules\r\n" +
    "module:name=lua,ver=1,api=1,filters=0,usedby=[],using=[],options=[handle-repl-async-load|handle-atomic-slot-migration]\r\n" +
    "module:name=search,ver=21005,api=1,filters=0,usedby=[json],using=[],options=[]\r\n";
  expect(read({}, info).atomicFacts.modules).toEqual([
    { name: "lua", options: ["handle-repl-async-load", "handle-atomic-slot-migration"] },
    { name: "search", options: [] },
  ]);
});

describe("migrations", () => {
  test("a server that knows of none has none", () => {
    expect(read({ ofValkey: unknown }).migrations).toEqual([]);
  });

  test("those that are over are left out", () => {
    const ofValkey = [valkeyJob("1", "snapshotting"), valkeyJob("2", "success"), valkeyJob("3", "failed")];
    expect(read({ ofValkey }).migrations.map(({ id }) => id)).toEqual(["1"]);
  });

  test("of one that was begun anew the last time counts", () => {
    const ofRedis = [redisTask("1", "canceled"), redisTask("2", "failed"), redisTask("1", "failed")];
    expect(read({ ofRedis, ofValkey: unknown }).migrations).toMatchObject([{ id: "2", outcome: "retrying" }]);
  });
});

function valkeyJob(name: string, state: string): string[] {
  const nodes = ["target_node", idOf("b"), "source_node", idOf("a")];
  return ["name", name, "operation", "EXPORT", "slot_ranges", "0-9", ...nodes, "state", state];
}

function redisTask(id: string, state: string): string[] {
  const nodes = ["source", idOf("a"), "dest", idOf("b")];
  return ["id", id, "slots", "0-9", ...nodes, "operation", "import", "state", state];
}
