/** What came from the other side is nothing that a Redis or Valkey server sends. */
export class NoReply extends Error {
  override readonly name = "NoReply";
}
