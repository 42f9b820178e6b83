import type { CacheControl } from "../fields/cache-control.js";
import { parseAge } from "../fields/delta-seconds.js";
import { parseHttpDate } from "../fields/http-date.js";
import type { HeaderReader } from "../message/header-list.js";
import { isHeuristicStatus } from "./status.js";

const MS = 1_000;
const HEURISTIC_SHARE = 0.1;
const MOST_HEURISTIC_SECONDS = 86_400;

/** What a response says of how long it may be used. */
export interface Freshness {
  /** Seconds (RFC 9111 §4.2.1); 0 where it says nothing. */
  readonly lifetime: number;
  /** Whether the response itself says so, and it was not guessed from `Last-Modified`. */
  readonly isExplicit: boolean;
}

/** What a response's freshness is read from. */
export interface FreshnessSource {
  readonly status: number;
  readonly headers: HeaderReader;
  /** What Cache-Control, or the targeted field in its place, says. */
  readonly control: CacheControl;
  /** Whether a targeted field stands in the place of Cache-Control and Expires (RFC 9213 §2.2). */
  readonly isTargeted: boolean;
}

/** Returns how long a response received at `now`, in milliseconds since 1970, is fresh (RFC 9111 §4.2.1, §4.2.2). */
export function freshnessOf(
  { status, headers, control, isTargeted }: FreshnessSource,
  now: number,
): Freshness {
  const stated = control.seconds("s-maxage") ?? control.seconds("max-age");
  if (stated !== undefined) return { lifetime: stated, isExplicit: true };
  const date = parseHttpDate(headers.get("date"), now) ?? now;
  if (!isTargeted && headers.has("expires")) {
    // One that cannot be read is in the past (§5.3).
    const expires = parseHttpDate(headers.get("expires"), now) ?? date;
    return { lifetime: Math.max(0, (expires - date) / MS), isExplicit: true };
  }
  const modified = parseHttpDate(headers.get("last-modified"), now);
  if (modified === undefined || !(isHeuristicStatus(status) || control.has("public"))) {
    return { lifetime: 0, isExplicit: false };
  }
  const guessed = Math.min(((date - modified) / MS) * HEURISTIC_SHARE, MOST_HEURISTIC_SECONDS);
  return { lifetime: Math.max(0, guessed), isExplicit: false };
}

/**
 * Returns how old, in seconds, a response is that was asked for at `requestedAt` and received at `receivedAt` (RFC 9111
 * §4.2.3, corrected_initial_age).
 */
export function initialAge(headers: HeaderReader, requestedAt: number, receivedAt: number): number {
  const date = parseHttpDate(headers.get("date"), receivedAt) ?? receivedAt;
  const apparentAge = Math.max(0, (receivedAt - date) / MS);
  const correctedAge = parseAge(headers.get("age")) + (receivedAt - requestedAt) / MS;
  return Math.max(apparentAge, correctedAge);
}
