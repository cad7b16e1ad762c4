import { expect, test } from "vitest";
import { withoutSecrets } from "./reply-secrets.ts";
import type { ReplyValue } from "./reply-value.ts";

const bytes = (...texts: readonly string[]) => texts.map((text) => Buffer.from(text));
const told = (line: string, reply: ReplyValue) => withoutSecrets(line.split(" "), reply);
const hash = "93915a0a4bf8f634cb1856494dd4304472ad46b9827f541f76b6761c49cc55b0";

test("what CONFIG GET tells of passwords is masked, and nothing else", () => {
  const reply = bytes("hz", "requirepass", "masterauth", "pw", "requirepass", "");
  const masked = bytes("hz", "requirepass", "masterauth", "***", "requirepass", "");
  expect(told("config get *", reply)).toEqual(masked);
  expect(told("MGET a", reply)).toBe(reply);
  expect(told("CONFIG GET x", null)).toBeNull();
  expect(told("CONFIG GET x", { error: "ERR" })).toEqual({ error: "ERR" });
});

test("a user is told without the hashes of its passwords, of which it is seen how many there are", () => {
  const user = (passwords: ReplyValue): ReplyValue => [
    ...bytes("flags"),
    bytes("on", "passwords"),
    ...bytes("passwords"),
    passwords,
    ...bytes("commands", "+@all", "selectors"),
    [[...bytes("keys", "~a")]],
  ];
  expect(told("ACL GETUSER bob", user(bytes(hash, hash)))).toEqual(user(bytes("***", "***")));
  expect(told("acl getuser default", user([]))).toEqual(user([]));
  expect(told("ACL GETUSER nobody", null)).toBeNull();
});

test("users are listed without the hashes of their passwords", () => {
  const lines = (password: string) =>
    bytes(
      `user bob on ${password} ${password} ~a* resetchannels -@all +get (%R~x -@all +set)`,
      "user default on nopass ~* &* +@all",
      `user last on ~#${hash} ${password}`,
    );
  expect(told("ACL LIST", lines(`#${hash}`))).toEqual(lines("#***"));
});

test("a name that is no UTF-8 stays as it is", () => {
  const line = (password: string) => Buffer.concat([Buffer.from([0xff, 0x20]), Buffer.from(password)]);
  expect(told("ACL LIST", [line(`#${hash}`)])).toEqual([line("#***")]);
});

test.each(["SLOWLOG GET", "commandlog get 5 slow"])("%s tells commands without their passwords", (line) => {
  const log = (password: string): ReplyValue => [
    [1, 1795270137, 9, bytes("config", "set", "masterauth", password), ...bytes("10.0.0.9:50000", "name")],
    [0, 1795270137, 4, bytes("migrate", "h", "1", "k", "0", "10", "auth", password), ...bytes("", "")],
    [2, 1795270137, 4, bytes("get", "k"), ...bytes("", "")],
  ];
  expect(told(line, log("pw"))).toEqual(log("***"));
});

test("numbers, nil and errors among what is told stay as they are", () => {
  const reply: ReplyValue = [1, null, { error: "ERR" }, ...bytes("passwords"), 5n];
  for (const line of ["ACL LIST", "ACL GETUSER x", "CONFIG GET x", "SLOWLOG GET", "SLOWLOG LEN"]) {
    expect(told(line, reply)).toEqual(reply);
  }
});
