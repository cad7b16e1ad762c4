/**
 * The text with everything between the two markers replaced; the markers stay.
 *
 * @throws Error if one of them is missing, or they are the wrong way round.
 */
export function writeBetween(
  text: string,
  { start, end, content }: { start: string; end: string; content: string },
): string {
  const startAt = text.indexOf(start);
  const endAt = text.indexOf(end, startAt + start.length);
  if (startAt === -1 || endAt === -1) throw new Error(`there is no ${start} followed by ${end} to write to`);
  return `${text.slice(0, startAt + start.length)}\n\n${content.trim()}\n\n${text.slice(endAt)}`;
}
