import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { crc32OfBytes, crc32OfText } from "../../src/values/crc32.js";

const LENGTHS = [0, 1, 2, 3, 4, 5, 63, 64, 65, 191, 192, 193, 1_000];

describe("a checksum is the one of zlib", () => {
  it.each(["a", "ÿ", "é", "€", "😀"])("of a text of %s, long or short", (character) => {
    for (const length of LENGTHS) {
      const text = character.repeat(length);
      expect(crc32OfText(text)).toBe(crc32(text));
      expect(crc32OfText(`key:${text}`)).toBe(crc32(`key:${text}`));
    }
  });

  it("of the beginning of some bytes, long or short", () => {
    const bytes = Uint8Array.from({ length: 1_010 }, (_, at) => at * 7);
    for (const length of LENGTHS) {
      for (const previous of [0, 1, 0xffff_ffff, crc32("key")]) {
        expect(crc32OfBytes(bytes, length, previous)).toBe(crc32(bytes.subarray(0, length), previous));
      }
    }
  });
});
