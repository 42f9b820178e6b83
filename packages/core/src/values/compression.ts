import { type Awaitable, whenReady } from "../awaitable.js";
import { asBuffer, type Body, Kind, seal } from "./envelope.js";
import { readDecimal } from "./integer.js";
import { MAX_BYTES } from "./limits.js";
import { type Content, kindOf, toWrap, UNREADABLE, unwrapped } from "./wrapping.js";

/*
 * The body of what is compressed:
 * byte 0       code of the algorithm
 * byte 1       kind of what was compressed
 * bytes 2…5    length of what was compressed, little-endian
 * bytes 6…     what was compressed
 */
const HEAD = 6;

/** How payloads may be compressed. An algorithm's place here is its code in what is stored, and stays. */
export const ALGORITHMS = ["brotli", "gzip", "deflate", "zstd"] as const;

export type Algorithm = (typeof ALGORITHMS)[number];

/** Which payloads are compressed, and how. */
export interface Compression {
  /** Those of more bytes than this. */
  readonly threshold: number;
  readonly algorithm: Algorithm;
}

/** What was compressed, and is still. */
interface Compressed {
  readonly algorithm: Algorithm;
  readonly kind: number;
  /** How many bytes it was. */
  readonly length: number;
  readonly data: Buffer;
}

/** Node's functions, each of which is there with `Sync` behind its name too. */
const FUNCTIONS = {
  brotli: { compress: "brotliCompress", expand: "brotliDecompress" },
  gzip: { compress: "gzip", expand: "gunzip" },
  deflate: { compress: "deflate", expand: "inflate" },
  zstd: { compress: "zstdCompress", expand: "zstdDecompress" },
} as const;

/**
 * Another thread works on what is longer. To ask it takes 0.1 ms; what is shorter holds this thread up for less than a
 * millisecond.
 */
const LONG_BYTES = 2 ** 17;

/**
 * How many times as long as its compressed form a content may be: as long as deflate gets it at best. So who wants to use
 * up memory with what he stored has to store a thousandth of that.
 */
const MAX_RATIO = 1040;

/** Whether this Node has `algorithm`. */
export function isAvailable(algorithm: Algorithm): boolean {
  return FUNCTIONS[algorithm].compress in zlib();
}

/**
 * Returns `payload` of `key` compressed, or as it is: where it is short, an integer, or would get no shorter. A long one
 * takes a promise.
 */
export function compress(key: string, payload: unknown, compression: Compression): Awaitable<unknown> {
  const bytes = asBuffer(payload);
  if (bytes === undefined || bytes.length <= compression.threshold) return payload;
  const contents = toWrap(key, bytes);
  if (contents === undefined || isCounter(contents)) return payload;
  const { body, expiresAt, note } = contents;
  const { algorithm } = compression;
  const call = body.length > LONG_BYTES ? callLater : callNow;
  const compressed = call(FUNCTIONS[algorithm].compress, body, optionsOf(algorithm));
  return whenReady<Buffer, unknown>(compressed, (data) => {
    if (body.length > data.length * MAX_RATIO && algorithm !== "deflate") {
      return compress(key, payload, { ...compression, algorithm: "deflate" });
    }
    const result = seal(key, compressedBody(algorithm, contents, data), expiresAt, note);
    return result.length < bytes.length ? result : payload;
  });
}

/** Returns what `payload` was before it was compressed; itself where it was not. A long one takes a promise. */
export function expandPayload(key: string, payload: unknown): Awaitable<unknown> {
  if (kindOf(payload) !== Kind.compressed) return payload;
  const outer = toWrap(key, payload);
  if (outer === undefined) return payload;
  const compressed = compressedIn(outer.body);
  if (compressed === undefined) return UNREADABLE;
  const rest = compressed.length > LONG_BYTES ? expandLater(compressed) : expandNow(compressed);
  return whenReady<Content | undefined, unknown>(rest, (content) => {
    try {
      return content === undefined ? UNREADABLE : unwrapped(key, outer, content);
    } catch {
      // With what stands around it, it is longer than any payload may be.
      return UNREADABLE;
    }
  });
}

/**
 * Returns what a body of the kind `compressed` was, for who has no other thread work on it: `undefined` where it is damaged,
 * longer than may be, or compressed as this Node cannot.
 */
export function expandBody(body: Buffer): Content | undefined {
  const compressed = compressedIn(body);
  const content = compressed && expandNow(compressed);
  // What needed no envelope was JSON.
  return content?.kind === Kind.bare ? { ...content, kind: Kind.utf8Json } : content;
}

function expandNow(compressed: Compressed): Content | undefined {
  const { algorithm, data, length } = compressed;
  try {
    return contentIn(compressed, callNow(FUNCTIONS[algorithm].expand, data, { maxOutputLength: length }));
  } catch {
    return undefined;
  }
}

async function expandLater(compressed: Compressed): Promise<Content | undefined> {
  const { algorithm, data, length } = compressed;
  try {
    const expanded = await callLater(FUNCTIONS[algorithm].expand, data, { maxOutputLength: length });
    return contentIn(compressed, expanded);
  } catch {
    return undefined;
  }
}

function contentIn({ kind, length }: Compressed, body: Buffer): Content | undefined {
  return body.length === length ? { kind, body } : undefined;
}

function compressedBody(algorithm: Algorithm, { kind, body }: Content, data: Buffer): Body {
  return {
    kind: Kind.compressed,
    length: HEAD + data.length,
    fill(target, at) {
      target[at] = ALGORITHMS.indexOf(algorithm);
      target[at + 1] = kind;
      target.writeUInt32LE(body.length, at + 2);
      target.set(data, at + HEAD);
    },
  };
}

function compressedIn(body: Buffer): Compressed | undefined {
  if (body.length < HEAD) return undefined;
  const algorithm = ALGORITHMS[body[0] as number];
  const length = body.readUInt32LE(2);
  const data = body.subarray(HEAD);
  const isBounded = length > 0 && length <= Math.min(MAX_BYTES, data.length * MAX_RATIO);
  if (algorithm === undefined || !isBounded || !isAvailable(algorithm)) return undefined;
  return { algorithm, kind: body[1] as number, length, data };
}

// The backend counts with what it finds.
function isCounter({ kind, body }: Content): boolean {
  return kind === Kind.integer || (kind === Kind.bare && readDecimal(body) !== undefined);
}

// Of level 1: higher ones take four times as long, for a tenth fewer bytes or a sixth. That of zstd is as good already.
function optionsOf(algorithm: Algorithm): object {
  if (algorithm === "zstd") return {};
  if (algorithm !== "brotli") return { level: 1 };
  return { params: { [zlib().constants.BROTLI_PARAM_QUALITY]: 1 } };
}

function callNow(name: string, data: Buffer, options: object): Buffer {
  return Reflect.get(zlib(), `${name}Sync`)(data, options);
}

function callLater(name: string, data: Buffer, options: object): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    Reflect.get(zlib(), name)(data, options, (error: Error | null, result: Buffer) => {
      if (error === null) resolve(result);
      else reject(error);
    });
  });
}

// As in crc32.ts, who has nothing to compress does not pay for the import.
function zlib(): typeof import("node:zlib") {
  return process.getBuiltinModule("node:zlib");
}
