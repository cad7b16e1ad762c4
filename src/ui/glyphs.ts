/** The signs beside words. They only help the eye: the words say the same. */
export interface Glyphs {
  readonly ok: string;
  readonly error: string;
  readonly warning: string;
  readonly info: string;
  readonly arrow: string;
  readonly ellipsis: string;
  readonly branch: string;
  readonly lastBranch: string;
  readonly barDone: string;
  readonly barLeft: string;
  readonly spinner: readonly string[];
}

export const unicodeGlyphs: Glyphs = {
  ok: "✓",
  error: "✗",
  warning: "!",
  info: "·",
  arrow: "→",
  ellipsis: "…",
  branch: "├ ",
  lastBranch: "└ ",
  barDone: "━",
  barLeft: "─",
  spinner: ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
};

/** For terminals and logs that cannot show more. */
export const asciiGlyphs: Glyphs = {
  ok: "+",
  error: "x",
  warning: "!",
  info: "-",
  arrow: "->",
  ellipsis: "...",
  branch: "|- ",
  lastBranch: "`- ",
  barDone: "#",
  barLeft: "-",
  spinner: ["-", "\\", "|", "/"],
};
