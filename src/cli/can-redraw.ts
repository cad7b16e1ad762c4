/**
 * Whether lines may be redrawn on a stream. A terminal that has not said how wide it is, such as a container's or
 * that of a script, counts as none: ora divides by the width, and would erase lines for ever.
 */
export function canRedraw(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && stream.columns > 0 && process.env["TERM"] !== "dumb" && !process.env["CI"];
}
