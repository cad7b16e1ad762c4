/**
 * The commands of a byte stream, as texts of one character a byte. What is no list of strings, which is how
 * all clients write commands, ends the stream with an error reply's cause.
 */
export async function* readCommands(stream: AsyncIterable<Buffer>): AsyncGenerator<string[]> {
  let unread = "";
  for await (const chunk of stream) {
    unread += chunk.toString("latin1");
    for (let read = readCommand(unread); read; read = readCommand(unread)) {
      unread = unread.slice(read.length);
      yield read.command;
    }
  }
}

/** The first command of `bytes`, and how many of them it takes; undefined while it is not complete. */
function readCommand(bytes: string): { command: string[]; length: number } | undefined {
  const head = /^\*(\d+)\r\n/.exec(bytes);
  if (!head) return undefined;
  const command: string[] = [];
  let at = head[0].length;
  for (let left = Number(head[1]); left > 0; left--) {
    const size = /^\$(\d+)\r\n/.exec(bytes.slice(at, at + 16));
    if (!size) return undefined;
    const start = at + size[0].length;
    const end = start + Number(size[1]);
    if (bytes.length < end + 2) return undefined;
    command.push(bytes.slice(start, end));
    at = end + 2;
  }
  return { command, length: at };
}
