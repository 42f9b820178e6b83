import { ageOf } from "../cache/age.js";
import type { Standing } from "../cache/policy.js";
import type { Entry } from "../entry/entry.js";
import { CacheControl } from "../fields/cache-control.js";
import type { RequestData } from "../message/message.js";

/** Returns what a shared cache may do with `entry` at `now` (RFC 9111 §4, RFC 5861 §3). */
export function standingOf(entry: Entry, now: number): Standing {
  const { times } = entry;
  if (times.mustValidate) return "stale";
  const left = times.lifetime - ageOf(entry, now);
  if (left > 0) return "fresh";
  return -left < times.staleWhileRevalidate ? "behind" : "stale";
}

/**
 * Returns what is left of `standing` where a request's directives are honoured (RFC 9111 §5.2.1): a client may ask for
 * something fresher, and put up with something staler unless the response forbids that.
 */
export function standingFor(request: RequestData, entry: Entry, standing: Standing, now: number): Standing {
  const control = CacheControl.parse(controlField(request));
  const age = ageOf(entry, now);
  const left = entry.times.lifetime - age;
  if (control.has("no-cache")) return "stale";
  if (age > (control.seconds("max-age") ?? Number.POSITIVE_INFINITY)) return "stale";
  if (left < (control.seconds("min-fresh") ?? Number.NEGATIVE_INFINITY)) return "stale";
  const bearable = control.isBare("max-stale") ? Number.POSITIVE_INFINITY : control.seconds("max-stale");
  return bearable !== undefined && entry.times.mayBeStale && -left <= bearable ? "fresh" : standing;
}

/** Whether a client wants nothing but what is stored (RFC 9111 §5.2.1.7). */
export function wantsOnlyStored(request: RequestData): boolean {
  return CacheControl.parse(request.headers.get("cache-control")).has("only-if-cached");
}

/** Whether `entry` may stand in at `now` where the handler failed (RFC 5861 §4). */
export function mayStandIn(entry: Entry, now: number): boolean {
  const { times } = entry;
  const stale = ageOf(entry, now) - times.lifetime;
  return !times.mustValidate && stale < times.staleIfError;
}

function controlField({ headers }: RequestData): string | null {
  // RFC 9111 §5.4: Pragma counts where there is no Cache-Control.
  return headers.get("cache-control") ?? headers.get("pragma");
}
