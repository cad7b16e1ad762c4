/** The text as one word of a command line that is typed into a shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./[\]-]+$/.test(text) && !/^\[/.test(text)
    ? text
    : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
