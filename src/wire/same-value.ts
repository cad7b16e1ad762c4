import { DumpReader } from "./dump-reader.ts";

/**
 * Whether two DUMP payloads hold the same value. Equal bytes do; but a node keeps a large set or hash in an
 * order of its own, so that for these the elements are compared, whatever their order. A type that is not
 * known here counts as different unless the bytes are equal.
 */
export function sameValue(a: Buffer, b: Buffer): boolean {
  const [mine, theirs] = [withoutChecksum(a), withoutChecksum(b)];
  if (mine.equals(theirs)) return true;
  if (mine[0] !== theirs[0]) return false;
  const layout = LAYOUTS[mine[0] ?? -1];
  return layout !== undefined && elementsOf(mine, layout) === elementsOf(theirs, layout);
}

/** Behind the value stand two bytes of format version and eight of checksum. */
const FOOTER_BYTES = 10;

function withoutChecksum(dump: Buffer): Buffer {
  return dump.subarray(0, dump.length - FOOTER_BYTES);
}

/** What the elements of an unordered value are made of. */
interface Layout {
  readonly headerBytes: number;
  readonly parts: readonly ("string" | "length" | "eightBytes")[];
}

/** By the type byte of the RDB format: those values that a node keeps in a hash table. */
const LAYOUTS: Readonly<Record<number, Layout>> = {
  /** A set. */
  2: { headerBytes: 0, parts: ["string"] },
  /** A hash. */
  4: { headerBytes: 0, parts: ["string", "string"] },
  /** Valkey 9: a hash whose fields have a time to live. */
  22: { headerBytes: 0, parts: ["string", "string", "eightBytes"] },
  /** Redis 7.4: the same; the times are relative to the first of them, which stands in the header. */
  24: { headerBytes: 8, parts: ["length", "string", "string"] },
};

/** One text for all elements, equal for equal values. */
function elementsOf(dump: Buffer, { headerBytes, parts }: Layout): string {
  const reader = new DumpReader(dump, 1);
  const header = reader.bytes(headerBytes).toString("hex");
  const count = reader.length();
  const elements = Array.from({ length: count }, () => {
    const read = parts.map((part) => {
      if (part === "length") return String(reader.length());
      return (part === "string" ? reader.string() : reader.bytes(8)).toString("hex");
    });
    return read.join(" ");
  });
  return [header, ...elements.sort()].join("\n");
}
