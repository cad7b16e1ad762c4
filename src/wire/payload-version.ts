/** Two bytes of version and eight of checksum stand behind every DUMP payload. */
const FOOTER_BYTES = 10;
/** A type that no server has: a payload with it is refused for that, once its version was accepted. */
const NO_TYPE = 0xfe;
/** The polynomial of the servers' CRC-64 (Jones), its bits in reverse order. */
const POLYNOMIAL = 0x95ac9329ac4bc9b5n;

/** The version of a server's DUMP payloads. */
export function payloadVersionOf(dump: Buffer): number {
  return dump.readUInt16LE(dump.length - FOOTER_BYTES);
}

/**
 * A payload of a version, with nothing in it: a server that understands the version says `Bad data format`, and
 * another one that the version is wrong. Neither stores anything.
 */
export function emptyPayloadOf(version: number): Buffer {
  return payloadOf(Buffer.from([NO_TYPE]), version);
}

/** The empty string, as every server understands it: of Redis 3.0. */
export function emptyString(): Buffer {
  return payloadOf(Buffer.from([0, 0]), 6);
}

function payloadOf(value: Buffer, version: number): Buffer {
  const payload = Buffer.concat([value, Buffer.alloc(FOOTER_BYTES)]);
  payload.writeUInt16LE(version, value.length);
  payload.writeBigUInt64LE(crc64(payload.subarray(0, value.length + 2)), value.length + 2);
  return payload;
}

/** Bit by bit, for it is a few bytes once. */
export function crc64(bytes: Buffer): bigint {
  let crc = 0n;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ POLYNOMIAL : crc >> 1n;
  }
  return crc;
}
