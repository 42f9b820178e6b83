import {
  checkOptions,
  TAGGED_OPTIONS,
  type TaggedOptions,
  type TimeoutOrOptions,
  tagsOf,
  ttlMsOf,
} from "./call-options.js";
import { describe } from "./describe.js";
import { ArgumentError } from "./errors.js";
import { durationMs, type Timeout, windowMs } from "./timeout.js";

const DEFAULT_LEASE_MS = 5_000;
const LEASE_OPTIONS: readonly string[] = ["lease"];
const NO_TAGS: readonly string[] = [];
const MAKE_OPTIONS: readonly string[] = [
  ...TAGGED_OPTIONS,
  "lock",
  "jitter",
  "staleWhileRevalidate",
  "staleIfError",
  "earlyRefresh",
  "softTimeout",
  "hardTimeout",
];

/** A span of time that has an end: seconds, or a string with a unit. */
export type Span = Exclude<Timeout, null>;

/** What `getOrSet` may be told of how a missing value is made, and how long one is used. */
export interface GetOrSetOptions extends TaggedOptions {
  /**
   * Lets one process make the value while all others wait for it. It holds a lease, which is renewed while the function
   * runs; when its process dies, another takes over when the lease is over.
   * @default false, and a lease of 5 seconds
   */
  lock?: boolean | { lease?: Span };
  /** The part by which timeouts are shortened at random, at most, so that entries do not expire together. @default 0 */
  jitter?: number;
  /**
   * How long past its timeout the old value is returned at once, while one refresh runs behind: RFC 5861,
   * "stale-while-revalidate".
   * @default 0
   */
  staleWhileRevalidate?: Span;
  /** How long past its timeout the old value stands in where the function fails: RFC 5861, "stale-if-error". @default 0 */
  staleIfError?: Span;
  /**
   * Refreshes a value behind, before it expires, with a probability that grows as its time runs out: XFetch, of Vattani,
   * Chierichetti and Lowenstein, "Optimal Probabilistic Cache Stampede Prevention", VLDB 2015. The number is their beta:
   * 1 is best in theory, more is earlier. It takes effect on entries that were stored with it.
   * @default none
   */
  earlyRefresh?: number;
  /**
   * How long to wait where there is an old value, within one of the windows above, to return then; the function goes on
   * behind.
   * @default no limit
   */
  softTimeout?: Span;
  /** How long to wait in any case; the function is aborted then, and its result is not stored. @default no limit */
  hardTimeout?: Span;
}

/** What `getOrSet` is told, with every field filled. Times are milliseconds. */
export interface MakeTerms {
  readonly ttlMs: number | null;
  readonly tags: readonly string[];
  /** `undefined` where each process makes the value for itself. */
  readonly leaseMs: number | undefined;
  readonly jitter: number;
  readonly revalidateMs: number;
  readonly errorMs: number;
  /** 0 where values are not refreshed early. */
  readonly beta: number;
  readonly softMs: number | undefined;
  readonly hardMs: number | undefined;
}

/**
 * Returns what the last argument of `getOrSet` asks for.
 *
 * @throws TypeError naming the option and what came.
 */
export function makeTerms(
  options: TimeoutOrOptions<GetOrSetOptions>,
  defaultTtlMs: number | null,
): MakeTerms {
  const given = ttlMsOf(options, MAKE_OPTIONS);
  const ttlMs = given === undefined ? defaultTtlMs : given;
  if (typeof options !== "object" || options === null) return nothingBut(ttlMs);
  const { lock, jitter, staleWhileRevalidate, staleIfError, earlyRefresh, softTimeout, hardTimeout } =
    options;
  return {
    ttlMs,
    tags: tagsOf(options),
    leaseMs: leaseMsOf(lock),
    jitter: jitter === undefined ? 0 : numberOf(jitter, "jitter", 1),
    revalidateMs:
      staleWhileRevalidate === undefined ? 0 : windowMs(staleWhileRevalidate, "staleWhileRevalidate"),
    errorMs: staleIfError === undefined ? 0 : windowMs(staleIfError, "staleIfError"),
    beta: earlyRefresh === undefined ? 0 : numberOf(earlyRefresh, "earlyRefresh", Number.MAX_VALUE),
    softMs: softTimeout === undefined ? undefined : durationMs(softTimeout, "softTimeout"),
    hardMs: hardTimeout === undefined ? undefined : durationMs(hardTimeout, "hardTimeout"),
  };
}

function nothingBut(ttlMs: number | null): MakeTerms {
  return {
    ttlMs,
    tags: NO_TAGS,
    leaseMs: undefined,
    jitter: 0,
    revalidateMs: 0,
    errorMs: 0,
    beta: 0,
    softMs: undefined,
    hardMs: undefined,
  };
}

function leaseMsOf(lock: GetOrSetOptions["lock"]): number | undefined {
  if (lock === undefined || lock === false) return undefined;
  if (lock === true) return DEFAULT_LEASE_MS;
  if (typeof lock !== "object" || lock === null || Array.isArray(lock)) {
    throw new ArgumentError(`lock must be true, false, or an object with a lease; got ${describe(lock)}`);
  }
  checkOptions(lock, LEASE_OPTIONS, "an object");
  return lock.lease === undefined ? DEFAULT_LEASE_MS : durationMs(lock.lease, "lock.lease");
}

/**
 * Returns `given`, a number from 0 to `most`.
 *
 * @throws TypeError naming the option and what came.
 */
export function numberOf(given: unknown, option: string, most: number): number {
  if (typeof given === "number" && given >= 0 && given <= most) return given;
  const range = most === Number.MAX_VALUE ? "of 0 or more" : `from 0 to ${most}`;
  throw new ArgumentError(`${option} must be a number ${range}; got ${describe(given)}`);
}
