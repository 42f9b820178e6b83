import { randomBytes, randomInt } from "node:crypto";
import type { Encoding } from "./encoding.js";

/** The most that can be padded: what one byte of a length says. */
export const MAX_PADDING = 256;

const GZIP_HEADER = 10;
const GZIP_FLAGS = 3;
const GZIP_HAS_NAME = 8;
const ZSTD_DESCRIPTOR = 4;
const ZSTD_BLOCK_HEADER = 3;

/**
 * Returns the first bytes of a coded body, lengthened by a random number of bytes, `most` at the utmost, that every
 * decoder skips. The length of a page then tells less of a secret in it to somebody who can add to the page what he
 * guesses (BREACH; Heal the Breach, Palacios et al. 2022).
 *
 * @param first of `br`, what the compressor gives on a flush before it got anything, which ends on a whole byte.
 */
export function pad(first: Uint8Array, encoding: Encoding, most: number): Uint8Array {
  const length = most === 0 ? 0 : randomInt(most + 1);
  if (length === 0) return first;
  switch (encoding) {
    case "gzip":
      return padGzip(first, randomBytes(length));
    case "br":
      return Buffer.concat([first, brotliMetadata(randomBytes(length))]);
    case "zstd":
      return padZstd(first, length);
  }
}

/** RFC 1952 §2.3: a file name, which ends with a zero. */
function padGzip(first: Uint8Array, noise: Uint8Array): Uint8Array {
  const header = Buffer.from(first.subarray(0, GZIP_HEADER));
  header.writeUInt8(header.readUInt8(GZIP_FLAGS) | GZIP_HAS_NAME, GZIP_FLAGS);
  const name = noise.map((byte) => 0x61 + (byte % 26));
  return Buffer.concat([header, name, new Uint8Array(1), first.subarray(GZIP_HEADER)]);
}

/** RFC 7932 §9.2: not the last block; no data, but metadata; one byte of their length less one; fill to a whole byte. */
function brotliMetadata(noise: Uint8Array): Uint8Array {
  const header = Buffer.alloc(2);
  header.writeUInt16LE(0b01_0_11_0 | ((noise.length - 1) << 6));
  return Buffer.concat([header, noise]);
}

/**
 * RFC 8878 §3.1.1.2: blocks of no bytes, each of them a header of three zeros. A frame to be skipped, which that RFC has
 * too, is where some decoders stop, that of Node among them.
 */
function padZstd(first: Uint8Array, length: number): Uint8Array {
  const start = zstdHeaderLength(first);
  const blocks = new Uint8Array(length - (length % ZSTD_BLOCK_HEADER));
  return Buffer.concat([first.subarray(0, start), blocks, first.subarray(start)]);
}

/** RFC 8878 §3.1.1.1: magic number and descriptor, then what the descriptor announces. */
function zstdHeaderLength(frame: Uint8Array): number {
  const descriptor = frame[ZSTD_DESCRIPTOR] ?? 0;
  const isSingleSegment = (descriptor & 0b0010_0000) !== 0;
  const dictionaryId = [0, 1, 2, 4][descriptor & 0b11] ?? 0;
  const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  return ZSTD_DESCRIPTOR + 1 + (isSingleSegment ? 0 : 1) + dictionaryId + contentSize;
}
