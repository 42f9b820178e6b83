import type { Moments, Storage } from "../cache/policy.js";
import { isReflected } from "../cache/unkeyed.js";
import { CacheControl } from "../fields/cache-control.js";
import { MAX_DELTA_SECONDS, parseAge } from "../fields/delta-seconds.js";
import { parseHttpDate } from "../fields/http-date.js";
import { parseVary } from "../fields/vary.js";
import { patchResponseHeaders } from "../headers/lifetime.js";
import { patchVaryHeaders } from "../headers/vary.js";
import type { HeaderList } from "../message/header-list.js";
import type { RequestData, ResponseHead } from "../message/message.js";

const AUTHORIZATION: readonly string[] = ["authorization"];

/** How long pages are kept, in milliseconds; `null` for ever. */
export interface PageLifetimes {
  /** Whatever the response says; `undefined` where that counts. */
  readonly pageTtlMs: number | null | undefined;
  /** Where the response does not say either. */
  readonly defaultTtlMs: number | null;
}

/**
 * Decides on a response by the rules of Django's cache middleware: whether it is stored, and for how long. One that could
 * be stored, or is a 304 for one, is told its lifetime in Expires and Cache-Control.
 *
 * Where Django errs on the side of sharing, these rules do not: no cookie is stored, whoever asked; a `Vary` that is no
 * list of fields matches nobody; a lifetime that cannot be read, or an Expires that is past, is over.
 */
export function decidePage(
  request: RequestData,
  head: ResponseHead,
  lifetimes: PageLifetimes,
  { receivedAt }: Moments,
): Storage {
  const { status, headers } = head;
  const control = CacheControl.parse(headers.get("Cache-Control"));
  const reason = refusal(request, head, control);
  if (reason !== undefined) return { isStored: false, reason };

  const ttlMs = ttlOf(headers, control, lifetimes, receivedAt);
  if (ttlMs === undefined) return { isStored: false, reason: "stale" };
  patchResponseHeaders(headers, ttlMs === null ? Number.POSITIVE_INFINITY : ttlMs / 1_000);
  const isPersonal = !control.has("public");
  if (isPersonal && (request.headers.get("Authorization") ?? "") !== "")
    patchVaryHeaders(headers, ["Authorization"]);

  const names = parseVary(headers.get("Vary")) ?? [];
  if (status !== 200) return { isStored: false, reason: "status" };
  if (ttlMs === 0) return { isStored: false, reason: "timeout" };
  return {
    isStored: true,
    // Whoever has credentials does not get the page of those who have none.
    names: isPersonal ? withAuthorization(names) : names,
    times: timesOf(headers, ttlMs, receivedAt),
    left: [],
    tags: [],
    ttlMs,
  };
}

function withAuthorization(names: readonly string[]): readonly string[] {
  return names.length === 0 ? AUTHORIZATION : [...new Set([...names, ...AUTHORIZATION])].sort();
}

/** Returns why a response is neither stored nor told a lifetime, in the order in which Django asks. */
function refusal(request: RequestData, head: ResponseHead, control: CacheControl): string | undefined {
  const { status, headers } = head;
  if (status !== 200 && status !== 304) return "status";
  if (headers.has("Set-Cookie")) return "set-cookie";
  const forbidden = ["private", "no-cache", "no-store"].find((name) => control.has(name));
  if (forbidden !== undefined) return forbidden;
  if (parseVary(headers.get("Vary")) === undefined) return "vary";
  return isReflected(request, head) ? "origin" : undefined;
}

/** Returns how long a response is kept; `undefined` where it says itself that its time is over. */
function ttlOf(
  headers: HeaderList,
  control: CacheControl,
  { pageTtlMs, defaultTtlMs }: PageLifetimes,
  now: number,
): number | null | undefined {
  if (pageTtlMs !== undefined) return pageTtlMs;
  const maxAge = control.seconds("max-age");
  if (maxAge !== undefined) return untilOver((maxAge - parseAge(headers.get("Age"))) * 1_000);
  if (!headers.has("Expires")) return defaultTtlMs;
  const left = untilOver((parseHttpDate(headers.get("Expires"), now) ?? now) - now);
  return left === undefined || defaultTtlMs === null ? left : Math.min(left, defaultTtlMs);
}

function untilOver(ms: number): number | undefined {
  return ms > 0 ? ms : undefined;
}

function timesOf(headers: HeaderList, ttlMs: number | null, storedAt: number) {
  const initialAge = parseAge(headers.get("Age"));
  return {
    storedAt,
    initialAge,
    lifetime: initialAge + (ttlMs === null ? MAX_DELTA_SECONDS : ttlMs / 1_000),
    staleWhileRevalidate: 0,
    staleIfError: 0,
    mustValidate: false,
    mayBeStale: false,
  };
}
