import { expect, test } from "vitest";
import { UsageError } from "../errors.ts";
import { parseCredentials } from "./parse-credentials.ts";

const SECRET = "never-shown-7";
const ID = "07c37dfeb235213a872192d90877d0cd55635b91";

test("an entry for a node, called by whatever it is called", async () => {
  const text = `
# what the nodes take
10.0.0.1:6379:
  user: ops
  password: "a b: \\"c\\" ü\\0end"
"[::1]:7000": { password: 0123 }
fd00::1: { password: yes }
"[fd00::2]": { user: only }
cache-1.example: { password: '#1' }
${ID.toUpperCase()}: { password: of the id }
"*": { password: ~ }
`;
  expect(Object.fromEntries(await parseCredentials(text, "f"))).toEqual({
    "10.0.0.1:6379": { username: "ops", password: 'a b: "c" ü\0end' },
    "[::1]:7000": { username: undefined, password: "0123" },
    "fd00::1": { username: undefined, password: "yes" },
    "fd00::2": { username: "only", password: undefined },
    "cache-1.example": { username: undefined, password: "#1" },
    [ID]: { username: undefined, password: "of the id" },
    "*": { username: undefined, password: "~" },
  });
});

test("JSON does as well", async () => {
  const text = JSON.stringify({ "a:1": { user: "ops", password: 'q"\u0000' } });
  expect(Object.fromEntries(await parseCredentials(text, "f"))).toEqual({
    "a:1": { username: "ops", password: 'q"\u0000' },
  });
});

test.each([
  {
    text: `a:1:\n  pasword: ${SECRET}`,
    says: "line 2, column 3: a node has a user and a password, and nothing else.",
  },
  { text: `a:1:\n  password: "${SECRET}\n`, says: /line [23], column \d+: / },
  {
    text: `a:1:\n  password: *${SECRET}`,
    says: "line 2, column 3: the value is a text; one that begins with *",
  },
  { text: `a:1:\n  password: !${SECRET} x`, says: "line 2, column 13: a value that begins with *" },
  { text: `a:1:\n  password: ${SECRET}\n  password: b`, says: "line 3, column 3: this stands there twice" },
  { text: `a:1:\n\tpassword: ${SECRET}`, says: /line 2, column \d+: / },
  { text: `a:1: ${SECRET}`, says: "line 1, column 1: the entry of a node is a user, a password, or both" },
  { text: `a:1: { password: [${SECRET}] }`, says: "line 1, column 8: the value is a text" },
  { text: `- ${SECRET}`, says: "line 1, column 1: there is no entry of a node" },
  { text: "", says: "line 1, column 1: there is no entry of a node" },
  { text: `a:1x: { password: ${SECRET} }`, says: "line 1, column 1: an entry is called by an address" },
  { text: `a:1: {}\n"a:1": {}`, says: "line 2, column 1: this stands there twice" },
  { text: `"[::1]": {}\n"::1": {}`, says: "line 2, column 1: this node has an entry already" },
  { text: `{"a:1": {"password": "${SECRET}"`, says: /line 1, column \d+: / },
])("$says", async ({ text, says }) => {
  const error = await parseCredentials(text, "secrets.yml").then(
    () => expect.fail("it was taken"),
    (thrown: UsageError) => thrown,
  );
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message).toMatch(says);
  expect(error.message).toMatch(/^--credentials-file secrets\.yml, line/);
  expect(`${error.message} ${error.hint}`).not.toContain(SECRET);
});
