/** The text as one word of a command line that is typed into a shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./[\]-]+$/.test(text) && !text.startsWith("[")
    ? text
    : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
