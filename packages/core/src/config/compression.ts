import { InvalidConfigError } from "../errors.js";
import { ALGORITHMS, type Algorithm, type Compression, isAvailable } from "../values/compression.js";
import { isObject, readFields, rejectUnknown } from "./fields.js";
import { boolean, integer, oneOf } from "./readers.js";

/** Which payloads are compressed, and how. */
export interface CompressionOptions {
  /** Payloads of more bytes than this are. @default 1024 */
  threshold?: number;
  /** How: `"zstd"` needs Node 22.15 or 23.8. @default "brotli" */
  algorithm?: Algorithm;
}

/** What may be said of compression: `true` is all its defaults. */
export type CompressionSetting = boolean | CompressionOptions;

/** What `isCompressionSetting` accepts, in words. */
export const COMPRESSION_EXPECTED = "true, false, or { threshold, algorithm }";

const readers = {
  threshold: integer({ min: 0, default: 1024 }),
  algorithm: oneOf(ALGORITHMS, { default: "brotli" }),
};

/** Whether `value` may be a `CompressionSetting`, as `parseCompression` is to find out. */
export function isCompressionSetting(value: unknown): value is CompressionSetting {
  return typeof value === "boolean" || isObject(value);
}

/** Returns what an argument of a URI says: an algorithm, or whether there is to be compression. */
export function parseCompressionText(text: string): unknown {
  const word = text.trim().toLowerCase();
  const algorithm = readers.algorithm.read(word, true);
  return algorithm === undefined ? boolean().read(word, true) : { algorithm };
}

/**
 * Returns the compression that `given`, at `path` of a configuration, asks for; `undefined` where it asks for none.
 *
 * @throws InvalidConfigError naming the field that is wrong, or the Node that is needed.
 */
export function parseCompression(given: CompressionSetting, path: string): Compression | undefined {
  if (given === false) return undefined;
  const fields = given === true ? {} : given;
  rejectUnknown(fields, Object.keys(readers), path);
  const compression = readFields(fields, readers, { path, fromText: false, lenient: false });
  if (!isAvailable(compression.algorithm)) {
    const { node } = process.versions;
    throw new InvalidConfigError(
      `${path}.algorithm "zstd" needs Node 22.15 or 23.8, or later; this is ${node}`,
    );
  }
  return compression;
}
