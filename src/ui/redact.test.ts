import fc from "fast-check";
import { expect, test } from "vitest";
import { redactDocument, redactSecrets } from "./redact.ts";

test.each([
  { name: "as it is", text: "AUTH s3cr/t", secrets: ["s3cr/t"], clean: "AUTH ***" },
  { name: "in a URI", text: "redis://u:p%40ss@h:1", secrets: ["p@ss"], clean: "redis://u:***@h:1" },
  {
    name: "in a URI in small letters",
    text: "redis://u:a%2fb@h",
    secrets: ["a/b"],
    clean: "redis://u:***@h",
  },
  { name: "encoded in part", text: "x%2Fy@z", secrets: ["x/y@z"], clean: "***" },
  { name: "in JSON", text: String.raw`{"a":"q\"u\\o"}`, secrets: ['q"u\\o'], clean: '{"a":"***"}' },
  { name: "every time", text: "one one", secrets: ["one"], clean: "*** ***" },
  { name: "the longest of several", text: "abcdef", secrets: ["abc", "abcdef"], clean: "***" },
  { name: "no secret", text: "text", secrets: ["", "other"], clean: "text" },
])("$name", ({ text, secrets, clean }) => {
  expect(redactSecrets(text, secrets)).toBe(clean);
});

/** Secrets of any characters but the star, which stands in what replaces them. */
const secret = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
  .filter((text) => !text.includes("*"));

test("no spelling of a secret gets through, wherever it stands", () => {
  const spellings = [
    (text: string) => text,
    encodeURIComponent,
    encodeURI,
    (text: string) => encodeURIComponent(text).replace(/%../g, (escape) => escape.toLowerCase()),
    (text: string) => JSON.stringify(text).slice(1, -1),
  ];
  fc.assert(
    fc.property(
      secret,
      fc.string(),
      fc.string(),
      fc.constantFrom(...spellings),
      (hidden, before, after, spell) => {
        const clean = redactSecrets(`${before}${spell(hidden)}${after}`, [hidden]);
        expect(clean).toContain("***");
        expect(clean.includes(hidden)).toBe(false);
      },
    ),
  );
});

test("a document keeps its keys and numbers, and loses the secret everywhere else", () => {
  const document = { node: 5, nested: [{ message: "node 5 said node" }], nothing: null, fine: true };
  expect(redactDocument(document, ["node", "5"])).toEqual({
    node: 5,
    nested: [{ message: "*** *** said ***" }],
    nothing: null,
    fine: true,
  });
});

test("words of closed sets, ids, slots and addresses are nobody's password", () => {
  const document = {
    nodes: [
      {
        id: "abc",
        role: "primary",
        engine: "redis",
        address: "10.0.0.1:6379",
        slots: "0-5",
        flags: ["fail"],
      },
    ],
    error: { code: "redis-primary", node: "10.0.0.1:6379", message: "redis is primary", hint: "fail abc" },
    unreadable: ["the primary"],
  };
  const secrets = ["primary", "redis", "fail", "abc", "0", "10.0.0.1:6379"];
  expect(redactDocument(document, secrets)).toEqual({
    ...document,
    error: { ...document.error, message: "*** is ***", hint: "*** ***" },
    unreadable: ["the ***"],
  });
});

test("whatever the document and the secret, the keys stay and no text has the secret", () => {
  fc.assert(
    fc.property(fc.jsonValue(), secret, (value, hidden) => {
      const clean = redactDocument(value, [hidden]);
      expect(partsOf(clean).keys).toEqual(partsOf(value).keys);
      expect(partsOf(clean).texts.filter((text) => text.includes(hidden))).toEqual([]);
    }),
  );
});

function partsOf(document: unknown): { keys: string[]; texts: string[] } {
  const keys: string[] = [];
  const texts: string[] = [];
  JSON.stringify(document, (key, value: unknown) => {
    keys.push(key);
    if (typeof value === "string") texts.push(value);
    return value;
  });
  return { keys, texts };
}
