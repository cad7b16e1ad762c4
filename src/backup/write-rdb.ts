import { NodeFailed } from "../errors.ts";
import { fileFailed } from "./file-failed.ts";
import { SummedFile } from "./summed-file.ts";

const HEAD_BYTES = 9;
/** An opcode that says that this was all, and a checksum of eight bytes. */
const FOOT_BYTES = 9;
const OPCODE_EOF = 0xff;

export interface WrittenRdb {
  readonly bytes: number;
  readonly sha256: string;
  readonly format: string;
}

/**
 * Writes an RDB to a new file that only its owner may read, as it comes, and returns when the disk has it.
 *
 * @throws FileFailed; NodeFailed where it does not begin or end as an RDB does; and whatever the chunks throw.
 */
export async function writeRdb(
  chunks: AsyncIterable<Buffer>,
  {
    path,
    node,
    onBytes,
  }: { readonly path: string; readonly node: string; readonly onBytes: (bytes: number) => void },
): Promise<WrittenRdb> {
  let head = Buffer.alloc(0);
  let foot = Buffer.alloc(0);
  let sums: { readonly bytes: number; readonly sha256: string };
  try {
    await using file = await SummedFile.create(path);
    for await (const chunk of chunks) {
      if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk]).subarray(0, HEAD_BYTES);
      foot = lastOf(foot, chunk);
      await file.append(chunk);
      onBytes(chunk.length);
    }
    sums = await file.end();
  } catch (error) {
    throw fileFailed(error, path);
  }
  const format = head.toString("latin1");
  if (!/^(REDIS\d{4}|VALKEY\d{3})$/.test(format)) throw notAnRdb(node, "does not begin as one");
  if (foot[0] !== OPCODE_EOF) throw notAnRdb(node, "does not end as one");
  return { ...sums, format };
}

function lastOf(before: Buffer, chunk: Buffer): Buffer<ArrayBuffer> {
  const isLong = chunk.length >= FOOT_BYTES;
  return Buffer.from((isLong ? chunk : Buffer.concat([before, chunk])).subarray(-FOOT_BYTES));
}

function notAnRdb(node: string, what: string): NodeFailed {
  return new NodeFailed(`What ${node} sent is no RDB: it ${what}.`, {
    code: "not-an-rdb",
    node,
    reason: `what it sent is no RDB: it ${what}`,
    hint: "Run the same command again; if it stays so, look into the log of the node.",
  });
}
