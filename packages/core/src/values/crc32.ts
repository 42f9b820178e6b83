/** Up to so much, tables are quicker than a call out of JavaScript. */
const SHORT_TEXT = 64;
const SHORT_BYTES = 192;

// The reversed polynomial of IEEE 802.3, a byte at a time.
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

// What becomes of a byte with one, two and three more behind it: four are looked up at once, in half the time.
const TABLE_1 = oneByteLater(TABLE);
const TABLE_2 = oneByteLater(TABLE_1);
const TABLE_3 = oneByteLater(TABLE_2);

let native: typeof import("node:zlib").crc32 | undefined;

/** Returns the CRC-32 of the UTF-8 of `text`. */
export function crc32OfText(text: string): number {
  const { length } = text;
  if (length > SHORT_TEXT) return crc32Native(text, 0);
  let crc = -1;
  for (let at = 0; at < length; at += 1) {
    // V8 has several kinds of strings. Where it has met them all, it looks a method of theirs up for each character, which
    // takes three times as long; that of String's prototype it knows.
    const unit = String.prototype.charCodeAt.call(text, at);
    if (unit > 0x7f) return crc32Native(text, 0);
    crc = (TABLE[(crc ^ unit) & 0xff] as number) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

/** Returns the CRC-32 of the bytes before `end`, going on from `previous`. */
export function crc32OfBytes(bytes: Uint8Array, end: number, previous: number): number {
  if (end > SHORT_BYTES) return crc32Native(bytes.subarray(0, end), previous);
  let crc = ~previous;
  let at = 0;
  for (; at + 3 < end; at += 4) {
    crc ^= int32At(bytes, at);
    crc =
      (TABLE_3[crc & 0xff] as number) ^
      (TABLE_2[(crc >>> 8) & 0xff] as number) ^
      (TABLE_1[(crc >>> 16) & 0xff] as number) ^
      (TABLE[crc >>> 24] as number);
  }
  for (; at < end; at += 1) {
    crc = (TABLE[(crc ^ (bytes[at] as number)) & 0xff] as number) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

function oneByteLater(table: Int32Array): Int32Array {
  return table.map((crc) => (TABLE[crc & 0xff] as number) ^ (crc >>> 8));
}

/** Returns four bytes as one integer, the first of them lowest. */
function int32At(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

function crc32Native(data: string | Uint8Array, previous: number): number {
  // Importing node:zlib takes 2 ms, which a program without a single payload need not pay.
  native ??= process.getBuiltinModule("node:zlib").crc32;
  return native(data, previous);
}
