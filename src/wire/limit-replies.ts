import type { Redis } from "ioredis";

/** Closes the connection once more than `bytesMax` has come back on it, and tells of it first. */
export function limitReplies(redis: Redis, bytesMax: number | undefined, onTooLarge: () => void): void {
  if (bytesMax === undefined) return;
  let bytes = 0;
  redis.stream.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= bytesMax || redis.stream.destroyed) return;
    onTooLarge();
    redis.disconnect();
    // Or the node would go on sending until it has told all.
    redis.stream.destroy();
  });
}
