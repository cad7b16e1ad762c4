import { Chalk } from "chalk";
import { type Glyphs, asciiGlyphs, unicodeGlyphs } from "./glyphs.ts";

/** Puts colour on a text, or leaves it alone. */
export type Paint = (text: string) => string;

/** How things look, by what they mean. Only this file knows colours, for chalk is slow to load. */
export interface Theme {
  readonly glyphs: Glyphs;
  readonly ok: Paint;
  readonly error: Paint;
  readonly warning: Paint;
  readonly info: Paint;
  readonly strong: Paint;
  readonly dim: Paint;
  readonly address: Paint;
  readonly slots: Paint;
  /** What a plan brings in, takes out, changes and moves. */
  readonly added: Paint;
  readonly removed: Paint;
  readonly changed: Paint;
  readonly moved: Paint;
}

/**
 * The look for one stream. Colours are the sixteen that the terminal's owner has chosen, never shades of
 * our own, so that they can be read on any background; nothing is said by colour alone.
 */
export function makeTheme({ colour, unicode = true }: { colour: boolean; unicode?: boolean }): Theme {
  const chalk = new Chalk({ level: colour ? 1 : 0 });
  return {
    glyphs: unicode ? unicodeGlyphs : asciiGlyphs,
    ok: (text) => chalk.green(text),
    error: (text) => chalk.red(text),
    warning: (text) => chalk.yellow(text),
    info: (text) => chalk.blue(text),
    strong: (text) => chalk.bold(text),
    dim: (text) => chalk.dim(text),
    address: (text) => chalk.cyan(text),
    slots: (text) => chalk.magenta(text),
    added: (text) => chalk.green(text),
    removed: (text) => chalk.red(text),
    changed: (text) => chalk.yellow(text),
    moved: (text) => chalk.cyan(text),
  };
}
