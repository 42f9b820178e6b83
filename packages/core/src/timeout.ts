import { describe } from "./describe.js";
import { ArgumentError } from "./errors.js";

/**
 * How long an entry is to live: seconds, fractions allowed; a string with a unit (`"500ms"`, `"30s"`, `"15m"`,
 * `"2h"`, `"7d"`); or `null` for ever. Zero or less is expired at once.
 */
export type Timeout = number | string | null;

/** The timeout of a cache that names none, in seconds, as in Django. */
export const DEFAULT_TIMEOUT = 300;

/** How long an operation waits for a server that does not answer, in seconds, unless configured. */
export const DEFAULT_OPERATION_TIMEOUT = 1;

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const WITH_UNIT = /^(-?\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

// Ten thousand years. What is longer would leave the range of dates, and of the integers that stores reckon with.
const FOREVER_MS = 3.2e14;

/** Whether `timeout` is one of the forms that `toTtlMs` takes. */
export function isTimeout(timeout: unknown): timeout is Timeout {
  if (typeof timeout === "number") return !Number.isNaN(timeout);
  return timeout === null || (typeof timeout === "string" && WITH_UNIT.test(timeout));
}

/**
 * Returns the time to live that `timeout` asks for: whole milliseconds, `null` for ever, 0 for expired at once.
 *
 * @throws TypeError naming what came, if it is no timeout.
 */
export function toTtlMs(timeout: unknown): number | null {
  if (timeout === null) return null;
  const ms = typeof timeout === "number" ? timeout * 1_000 : textToMs(timeout);
  if (Number.isNaN(ms)) {
    throw new ArgumentError(
      `timeout must be seconds, a string like "5m", or null for never; got ${describe(timeout)}`,
    );
  }
  if (ms <= 0) return 0;
  // A fraction of a millisecond still is a life: 0 would mean expired.
  return ms >= FOREVER_MS ? null : Math.max(1, Math.round(ms));
}

/**
 * Returns the milliseconds of a span that has an end, above zero.
 *
 * @param option what to call it in the message of an error.
 * @throws TypeError naming the option and what came, if it is none.
 */
export function durationMs(span: unknown, option: string): number {
  const ms = spanMs(span);
  if (ms > 0) return ms;
  throw new ArgumentError(
    `${option} must be seconds above zero, or a string like "500ms"; got ${describe(span)}`,
  );
}

/** Returns the milliseconds of a span that has an end and may be zero, as `durationMs` does of one above zero. */
export function windowMs(span: unknown, option: string): number {
  const ms = spanMs(span);
  if (ms >= 0) return ms;
  throw new ArgumentError(
    `${option} must be seconds, none or more, or a string like "5m"; got ${describe(span)}`,
  );
}

/** The milliseconds of `span`, below zero or NaN where it is not one that has an end. */
function spanMs(span: unknown): number {
  const ms = typeof span === "number" ? span * 1_000 : textToMs(span);
  if (!(ms > 0)) return ms;
  return ms >= FOREVER_MS ? Number.NaN : Math.max(1, Math.round(ms));
}

function textToMs(timeout: unknown): number {
  const [, amount, unit] = (typeof timeout === "string" && WITH_UNIT.exec(timeout)) || [];
  return amount === undefined || unit === undefined
    ? Number.NaN
    : Number(amount) * (UNIT_MS[unit] ?? Number.NaN);
}
