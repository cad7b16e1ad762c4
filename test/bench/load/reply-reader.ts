/** A value or OK is "", a value that is not there is NIL, an error is its text with the dash. */
export type Reply = string;

export const NIL = "nil";

const CR = 0x0d;
const [DASH, DOLLAR] = [0x2d, 0x24];

/** Takes replies from a stream of RESP2, as little of it as GET, SET and ASKING answer with. */
export class ReplyReader {
  #rest: Buffer = Buffer.alloc(0);

  /** The replies that are complete with this chunk, in order. */
  feed(chunk: Buffer): Reply[] {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const replies: Reply[] = [];
    let at = 0;
    while (at < data.length) {
      const lineEnd = data.indexOf(CR, at);
      if (lineEnd === -1) break;
      const end = replyEnd(data, { at, lineEnd });
      if (end > data.length) break;
      replies.push(replyAt(data, { at, lineEnd }));
      at = end;
    }
    this.#rest = data.subarray(at);
    return replies;
  }
}

interface Line {
  readonly at: number;
  readonly lineEnd: number;
}

/** Where the next reply begins; it may be beyond what has arrived. */
function replyEnd(data: Buffer, line: Line): number {
  const bytes = data[line.at] === DOLLAR ? bulkBytes(data, line) : -1;
  return line.lineEnd + 2 + (bytes < 0 ? 0 : bytes + 2);
}

function replyAt(data: Buffer, { at, lineEnd }: Line): Reply {
  if (data[at] === DASH) return data.toString("latin1", at, lineEnd);
  return data[at] === DOLLAR && data[at + 1] === DASH ? NIL : "";
}

function bulkBytes(data: Buffer, { at, lineEnd }: Line): number {
  return Number(data.toString("latin1", at + 1, lineEnd));
}
