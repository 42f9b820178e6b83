import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setImmediate as turn } from "node:timers/promises";
import zlib from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Compressor } from "../../src/compress/compressor.js";
import { ENCODINGS, type Encoding } from "../../src/compress/encoding.js";

const DECODERS: Record<Encoding, (coded: Uint8Array) => Buffer> = {
  br: zlib.brotliDecompressSync,
  gzip: zlib.gunzipSync,
  zstd: (coded) => Reflect.get(zlib, "zstdDecompressSync")(coded),
};

function compress(pieces: Iterable<Uint8Array>, encoding: Encoding, padding: number): Promise<Buffer> {
  return buffer(Readable.from(pieces, { objectMode: false }).pipe(new Compressor(encoding, padding)));
}

describe.each(ENCODINGS)("a compressor of %s", (encoding) => {
  const decode = DECODERS[encoding];

  it("gives what decodes to the same bytes, whatever the pieces and the padding", async () => {
    const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(pieces, fc.constantFrom(0, 1, 100, 256), async (some, padding) => {
        const coded = await compress(some, encoding, padding);
        expect(decode(coded).equals(Buffer.concat(some))).toBe(true);
      }),
    );
  });

  it("shrinks a long text, also one that is larger than all buffers", async () => {
    const text = Buffer.from("The quick brown fox jumps over the lazy dog. ".repeat(100_000));
    const coded = await compress([text.subarray(0, 70_000), text.subarray(70_000)], encoding, 100);
    expect(coded.length).toBeLessThan(text.length / 20);
    expect(decode(coded).equals(text)).toBe(true);
  });

  it("gives different lengths for the same page, and one length without padding", async () => {
    const lengths = async (padding: number) => {
      const all = Array.from({ length: 40 }, () => compress([Buffer.alloc(1_000, "a")], encoding, padding));
      return new Set((await Promise.all(all)).map((coded) => coded.length));
    };
    expect((await lengths(0)).size).toBe(1);
    expect((await lengths(256)).size).toBeGreaterThan(5);
  });

  it("gives out what it has when nothing more comes", async () => {
    const compressor = new Compressor(encoding, 0);
    let length = 0;
    compressor.on("data", (piece: Buffer) => {
      length += piece.length;
    });
    compressor.write("Once upon a time");
    while (length < 10) await turn();
    const before = length;
    compressor.write(", there was a second piece");
    while (length < before + 10) await turn();
    expect(compressor.writableEnded).toBe(false);
    compressor.destroy();
  });

  it("lets its compressor go when it is destroyed", async () => {
    const compressor = new Compressor(encoding, 0);
    compressor.write("half of");
    compressor.destroy();
    await new Promise((resolve) => compressor.on("close", resolve));
    expect(compressor.destroyed).toBe(true);
  });
});
