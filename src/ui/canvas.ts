import type { Theme } from "./theme.ts";

/** What text is drawn on: the theme and the width of one stream. */
export interface Canvas {
  readonly theme: Theme;
  readonly columns: number;
}
