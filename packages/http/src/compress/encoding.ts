import zlib, { constants } from "node:zlib";

/** A content coding that `compress` can make. */
export type Encoding = "br" | "zstd" | "gzip";

/** A compressor of node:zlib: bytes in, coded bytes out, those so far on `flush`. */
export type Engine = zlib.BrotliCompress | zlib.Gzip;

const ZSTD = "createZstdCompress" in zlib ? (zlib.createZstdCompress as () => Engine) : undefined;

/** What this Node can make, the preferred first. Zstandard came with Node 22.15. */
export const ENCODINGS: readonly Encoding[] = ZSTD === undefined ? ["br", "gzip"] : ["br", "zstd", "gzip"];

// Brotli's own default is 11, which takes a hundred times as long for a tenth less.
const BROTLI_QUALITY = 4;

/** Makes the compressor of `encoding`, set for speed as suits a page that is made for one request. */
export function createEngine(encoding: Encoding): Engine {
  if (encoding === "br")
    return zlib.createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } });
  if (encoding === "zstd" && ZSTD !== undefined) return ZSTD();
  return zlib.createGzip();
}

/** Has `engine` give out all that it was given, without ending. */
export function flush(engine: Engine, encoding: Encoding): void {
  // A full flush, zlib's default, would forget what it could refer back to.
  if (encoding === "gzip") engine.flush(constants.Z_SYNC_FLUSH);
  else engine.flush();
}
