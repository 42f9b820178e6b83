let native: typeof import("node:zlib").crc32 | undefined;

/** Returns the CRC-32 of `data`, a string as its UTF-8, going on from `previous`. */
export function crc32(data: string | Uint8Array, previous = 0): number {
  // Importing node:zlib takes 2 ms, which a program without a single payload need not pay.
  native ??= process.getBuiltinModule("node:zlib").crc32;
  return native(data, previous);
}
