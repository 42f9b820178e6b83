import type { Timeout } from "@cullet/core";
import type { FieldMap } from "../fields/field-map.js";
import { formatHttpDate } from "../fields/http-date.js";
import { addMaxAge, patchCacheControl } from "./cache-control.js";
import { wholeSeconds } from "./seconds.js";

/** How long a page is kept where nothing says so, in seconds, as in Django. */
export const DEFAULT_SECONDS = 600;

/**
 * Says in Cache-Control and Expires that the response is good for `seconds`. An Expires that is there stays, and so does
 * a smaller max-age. Less than zero counts as zero, `null` and `undefined` as 600.
 *
 * @throws TypeError naming what came, if it is no timeout.
 */
export function patchResponseHeaders(headers: FieldMap, seconds?: Timeout): void {
  const lifetime = wholeSeconds(seconds ?? DEFAULT_SECONDS, "seconds");
  if (!headers.has("Expires")) headers.set("Expires", formatHttpDate(Date.now() + lifetime * 1_000));
  addMaxAge(headers, lifetime);
}

/** Tells every cache not to keep the response, and to ask each time where it did. */
export function addNeverCacheHeaders(headers: FieldMap): void {
  patchResponseHeaders(headers, 0);
  patchCacheControl(headers, { noCache: true, noStore: true, mustRevalidate: true, private: true });
}
