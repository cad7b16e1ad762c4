/**
 * Makes a stream whose reader has gone mute instead of fatal, whatever error it meets: EPIPE behind
 * `slotctl … | head`, EIO once the terminal is gone. The command goes on to its end, for it may be in the
 * middle of a move, and it keeps its exit code.
 */
export function muteClosedStreams(streams: readonly NodeJS.EventEmitter[]): void {
  // A stream that has failed drops what is written to it later: that it failed need only be heard.
  for (const stream of streams) stream.on("error", () => undefined);
}
