import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { asciiGlyphs, unicodeGlyphs } from "./glyphs.ts";
import { makeTheme } from "./theme.ts";

test("without colour there is not one control character", () => {
  const { glyphs, ...paints } = makeTheme({ colour: false });
  for (const paint of Object.values(paints)) expect(paint("text")).toBe("text");
  expect(glyphs).toBe(unicodeGlyphs);
});

test("with colour every meaning is marked, wherever the output goes", () => {
  const { glyphs, ...paints } = makeTheme({ colour: true, unicode: false });
  for (const paint of Object.values(paints)) {
    expect(paint("text")).not.toBe("text");
    expect(stripVTControlCharacters(paint("text"))).toBe("text");
  }
  expect(JSON.stringify(glyphs)).toMatch(/^[\x20-\x7E]*$/);
  expect(glyphs).toBe(asciiGlyphs);
});
