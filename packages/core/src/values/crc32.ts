/** Up to this many bytes, a table is quicker than a call out of JavaScript. */
const SHORT = 64;

// The reversed polynomial of IEEE 802.3, a byte at a time.
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

let native: typeof import("node:zlib").crc32 | undefined;

/** Returns the CRC-32 of the UTF-8 of `text`. */
export function crc32OfText(text: string): number {
  if (text.length > SHORT) return crc32Native(text, 0);
  let crc = -1;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) return crc32Native(text, 0);
    crc = (TABLE[(crc ^ unit) & 0xff] as number) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

/** Returns the CRC-32 of the bytes before `end`, going on from `previous`. */
export function crc32OfBytes(bytes: Uint8Array, end: number, previous: number): number {
  if (end > SHORT) return crc32Native(bytes.subarray(0, end), previous);
  let crc = ~previous;
  for (let at = 0; at < end; at += 1) {
    crc = (TABLE[(crc ^ (bytes[at] as number)) & 0xff] as number) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

function crc32Native(data: string | Uint8Array, previous: number): number {
  // Importing node:zlib takes 2 ms, which a program without a single payload need not pay.
  native ??= process.getBuiltinModule("node:zlib").crc32;
  return native(data, previous);
}
