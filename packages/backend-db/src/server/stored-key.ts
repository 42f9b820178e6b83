import { createHash } from "node:crypto";

/** The longest key, in bytes, that stands in the primary key as it is. */
const LONGEST = 512;

const DIGEST_BYTES = 32;

/** How many bytes the column of the primary key must hold. */
export const KEY_BYTES = LONGEST + DIGEST_BYTES;

/**
 * Returns the primary key of `key`: its bytes, or their head and the SHA-256 of all of them, which is longer than any key
 * that stands alone. No index of a server takes a key of any length.
 */
export function idOf(key: string): Buffer {
  const bytes = Buffer.from(key);
  if (bytes.length <= LONGEST) return bytes;
  return Buffer.concat([headOf(bytes), createHash("sha256").update(bytes).digest()]);
}

/** Returns the bytes of `key`, where its primary key is not all of it. */
export function longKeyOf(key: string, id: Buffer): Buffer | null {
  return id.length <= LONGEST ? null : Buffer.from(key);
}

/** Returns the part of a key, or of what it begins with, that the primary key holds as it is. */
export function headOf(bytes: Buffer): Buffer {
  return bytes.subarray(0, LONGEST);
}
