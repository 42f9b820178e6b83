import { describe } from "./describe.js";
import { ArgumentError } from "./errors.js";
import { type Timeout, toTtlMs } from "./timeout.js";

/** What every call about a key may say. */
export interface KeyOptions {
  /** The version of the key. @default the cache's own */
  version?: number;
}

/** What every call that stores may say. */
export interface SetOptions extends KeyOptions {
  /** How long the entry is to live. @default the cache's own */
  timeout?: Timeout;
}

/** The last argument of a call that stores: a timeout, or options that may hold one. */
export type TimeoutOrOptions<Options extends SetOptions = SetOptions> = Timeout | Options | undefined;

/** The version that a call's last argument names, if it names one. */
export function versionOf(options: TimeoutOrOptions | KeyOptions): number | undefined {
  return typeof options === "object" && options !== null ? options.version : undefined;
}

/**
 * Returns the time to live, in milliseconds, that a call's last argument asks for; `undefined` where it leaves that to
 * the cache. 0 is expired at once, `null` for ever.
 *
 * @throws TypeError naming what came.
 */
export function ttlMsOf(options: TimeoutOrOptions): number | null | undefined {
  if (options === undefined) return undefined;
  if (typeof options !== "object" || options === null) return toTtlMs(options);
  if (Array.isArray(options))
    throw new ArgumentError(`options must be an object or a timeout; got ${describe(options)}`);
  return options.timeout === undefined ? undefined : toTtlMs(options.timeout);
}
