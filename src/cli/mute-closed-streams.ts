/**
 * Makes a stream whose reader has gone mute instead of fatal, whatever error it meets: EPIPE behind
 * `slotctl … | head`, EIO once the terminal is gone, ENOSPC where it is a file. The command goes on to its end, for it
 * may be in the middle of a move. `failed` hears of each first error.
 */
export function muteClosedStreams(
  streams: readonly NodeJS.WriteStream[],
  failed: (stream: NodeJS.WriteStream, error: unknown) => void = () => undefined,
): void {
  for (const stream of streams) {
    // A stream that has failed drops what is written to it later. Its error is kept from all other listeners: oclif
    // has one on stdout that throws whatever is not EPIPE.
    const emit = stream.emit.bind(stream) as (event: string | symbol, ...values: unknown[]) => boolean;
    let hasFailed = false;
    stream.emit = (event: string | symbol, ...values: unknown[]): boolean => {
      if (event !== "error") return emit(event, ...values);
      if (!hasFailed) failed(stream, values[0]);
      hasFailed = true;
      return true;
    };
  }
}
