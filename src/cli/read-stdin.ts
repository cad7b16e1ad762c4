import { UsageError } from "../errors.ts";

/** More than anybody puts into one argument, and few enough that they can be held. */
const STDIN_BYTES_MAX = 64 * 1024 * 1024;

/**
 * All bytes of stdin, to its end.
 *
 * @throws UsageError when they are too many.
 */
export async function readStdin(stream: AsyncIterable<Buffer | string> = process.stdin): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes > STDIN_BYTES_MAX) {
      throw new UsageError("stdin has more than 64 MB, which is too much for one argument.", {
        code: "stdin-too-large",
      });
    }
    chunks.push(buffer);
  }
  return Buffer.concat(chunks);
}
