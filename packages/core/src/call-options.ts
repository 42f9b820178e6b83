import { describe, quote } from "./describe.js";
import { ArgumentError } from "./errors.js";
import { checkTags } from "./tags.js";
import { type Timeout, toTtlMs } from "./timeout.js";

const NO_TAGS: readonly string[] = [];

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

/** What the calls that store a value may say. */
export interface TaggedOptions extends SetOptions {
  /** What the entry stands for: it is a miss as soon as one of these is given to `invalidateTags`. @default none */
  tags?: Iterable<string>;
}

/** What `clear` may say. */
export interface ClearOptions {
  /** Whether to drop whatever the store holds. @default false */
  all?: boolean;
}

/** The last argument of a call that stores: a timeout, or options that may hold one. */
export type TimeoutOrOptions<Options extends SetOptions = TaggedOptions> = Timeout | Options | undefined;

const KEY_OPTIONS: readonly string[] = ["version"];
const CLEAR_OPTIONS: readonly string[] = ["all"];
/** The names of `SetOptions`. */
export const SET_OPTIONS: readonly string[] = ["timeout", "version"];
/** The names of `TaggedOptions`. */
export const TAGGED_OPTIONS: readonly string[] = [...SET_OPTIONS, "tags"];

/**
 * Returns the version that a call's options name, if they name one.
 *
 * @throws TypeError naming what came.
 */
export function versionOf(options: KeyOptions | undefined): number | undefined {
  if (options === undefined) return undefined;
  checkOptions(options, KEY_OPTIONS, "an object");
  return options.version;
}

/** Returns the version that the last argument of a call that stores names, if it names one. */
export function versionOfSet(options: TimeoutOrOptions): number | undefined {
  return typeof options === "object" && options !== null ? options.version : undefined;
}

/**
 * Returns the time to live, in milliseconds, that the last argument of a call that stores asks for; `undefined` where it
 * leaves that to the cache. 0 is expired at once, `null` for ever. Options are to have none but the names known.
 *
 * @throws TypeError naming what came.
 */
export function ttlMsOf(options: TimeoutOrOptions, known: readonly string[]): number | null | undefined {
  if (options === undefined) return undefined;
  if (typeof options !== "object" || options === null) return toTtlMs(options);
  checkOptions(options, known, "an object or a timeout");
  return options.timeout === undefined ? undefined : toTtlMs(options.timeout);
}

/**
 * Returns the tags that a call's last argument names.
 *
 * @throws TypeError naming what came.
 */
export function tagsOf(options: TimeoutOrOptions): readonly string[] {
  if (typeof options !== "object" || options === null || options.tags === undefined) return NO_TAGS;
  return checkTags(options.tags);
}

/**
 * Returns whether `clear` is to drop whatever the store holds.
 *
 * @throws TypeError naming what came.
 */
export function isAll(options: ClearOptions): boolean {
  checkOptions(options, CLEAR_OPTIONS, "an object");
  const { all = false } = options;
  if (typeof all !== "boolean") throw new ArgumentError(`all must be true or false; got ${describe(all)}`);
  return all;
}

/**
 * Checks that options are an object that has none but the names known.
 *
 * @throws TypeError naming what came.
 */
export function checkOptions(options: object, known: readonly string[], expected: string): void {
  // By brand, since options may come from another realm: a date is no options, and not a timeout either.
  if (Object.prototype.toString.call(options) !== "[object Object]")
    throw new ArgumentError(`options must be ${expected}; got ${describe(options)}`);
  for (const name in options) {
    if (known.includes(name)) continue;
    throw new ArgumentError(`options have no ${quote(name)}; here they have ${listed(known)}`);
  }
}

function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}
