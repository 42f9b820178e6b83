import { ArgumentError, describe } from "@cullet/core";
import { ENCODINGS, type Encoding } from "./encoding.js";
import { MAX_PADDING } from "./padding.js";

/** What `compress` may be told. */
export interface CompressOptions {
  /** The codings to offer, the preferred first. @default `br`, `zstd` where Node has it, `gzip` */
  encodings?: readonly Encoding[];
  /** The bytes below which a body is sent as it is. @default 200 */
  threshold?: number;
  /** The most random bytes to pad with, against BREACH: up to 256; 0 for none. @default 100 */
  maxRandomBytes?: number;
}

/** Fills in the defaults. @throws TypeError naming the option and what came, where that makes no sense. */
export function readCompressOptions(options: CompressOptions = {}): Required<CompressOptions> {
  const { encodings = ENCODINGS, threshold = 200, maxRandomBytes = 100 } = options;
  const known: readonly unknown[] = ENCODINGS;
  if (!Array.isArray(encodings) || !encodings.every((encoding) => known.includes(encoding)))
    throw new ArgumentError(
      `encodings must be a list of ${ENCODINGS.join(", ")}; got ${describe(encodings)}`,
    );
  checkCount(threshold, "threshold", Number.MAX_SAFE_INTEGER);
  checkCount(maxRandomBytes, "maxRandomBytes", MAX_PADDING);
  return { encodings, threshold, maxRandomBytes };
}

function checkCount(value: unknown, option: string, most: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most) return;
  throw new ArgumentError(`${option} must be a whole number from 0 to ${most}; got ${describe(value)}`);
}
