import { expect, test } from "vitest";
import {
  isBusyKey,
  isClusterDown,
  isDemoted,
  isDenied,
  isIoError,
  isLoading,
  isOutOfMemory,
  isRedirect,
  isUnknownCommand,
  isUnknownNode,
  ReplyError,
} from "./reply-errors.ts";

const kinds = {
  isBusyKey,
  isClusterDown,
  isDemoted,
  isDenied,
  isIoError,
  isLoading,
  isOutOfMemory,
  isRedirect,
  isUnknownCommand,
  isUnknownNode,
};

/** Each text as a server sends it; whatever is not named in `are` it must not be. */
test.each<{ text: string; are: (keyof typeof kinds)[] }>([
  { text: "NOAUTH Authentication required.", are: ["isDenied"] },
  { text: "WRONGPASS invalid username-password pair or user is disabled.", are: ["isDenied"] },
  { text: "NOPERM this user has no permissions to run the 'info' command", are: ["isDenied"] },
  { text: "DENIED Redis is running in protected mode because protected mode is enabled", are: ["isDenied"] },
  { text: "LOADING Redis is loading the dataset in memory", are: ["isLoading"] },
  { text: "CLUSTERDOWN The cluster is down", are: ["isClusterDown"] },
  {
    text: "ERR Target instance replied with error: CLUSTERDOWN Hash slot not served",
    are: ["isClusterDown"],
  },
  { text: "ERR You can use SETSLOT only with masters.", are: ["isDemoted"] },
  { text: "ERR You can use SETSLOT only with primaries.", are: ["isDemoted"] },
  { text: "UNBLOCKED force unblock from blocking operation, instance state changed", are: ["isDemoted"] },
  { text: "ERR Unknown node 07c37dfeb235213a872192d90877d0cd55635b91", are: ["isUnknownNode"] },
  { text: "ERR unknown command 'FUNCTION'", are: ["isUnknownCommand"] },
  { text: "ERR unknown command `FUNCTION`, with args beginning with: `LIST`, ", are: ["isUnknownCommand"] },
  { text: "ERR unknown subcommand 'SHARDS'. Try CLUSTER HELP.", are: ["isUnknownCommand"] },
  {
    text: "ERR Unknown subcommand or wrong number of arguments for 'LINKS'. Try CLUSTER HELP.",
    are: ["isUnknownCommand"],
  },
  {
    text: "ERR Target instance replied with error: BUSYKEY Target key name already exists.",
    are: ["isBusyKey"],
  },
  {
    text: "ERR Target instance replied with error: OOM command not allowed when used memory > 'maxmemory'.",
    are: ["isOutOfMemory"],
  },
  { text: "IOERR error or timeout writing to target instance", are: ["isIoError"] },
  { text: "IOERR error or timeout reading to target node", are: ["isIoError"] },
  // A receiver that refuses the sender's credentials is no refusal of ours.
  { text: "ERR Target instance replied with error: NOAUTH Authentication required.", are: [] },
  { text: "ERR BLOOM filter is not supported", are: [] },
  { text: "MOVED 5 10.0.0.1:6379", are: ["isRedirect"] },
  { text: "ASK 5 10.0.0.1:6379", are: ["isRedirect"] },
  { text: "", are: [] },
])("$text", ({ text, are }) => {
  const error = new ReplyError(text);
  const found = Object.entries(kinds).flatMap(([name, is]) => (is(error) ? [name] : []));
  expect(found).toEqual(are);
  expect(error.replyCode).toBe(/^\S*/.exec(text)?.[0]);
});
