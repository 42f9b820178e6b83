import type { Moments, Storage } from "../cache/policy.js";
import { isReflected } from "../cache/unkeyed.js";
import type { EntryTimes } from "../entry/entry.js";
import { CacheControl } from "../fields/cache-control.js";
import { parseVary } from "../fields/vary.js";
import type { RequestData, ResponseHead } from "../message/message.js";
import { controlOf } from "./control.js";
import { freshnessOf, initialAge } from "./freshness.js";
import { groupTags } from "./groups.js";
import { isEntryStatus, isHeuristicStatus, isUnderstood } from "./status.js";

/** What `httpCache` is told of which responses it stores. */
export interface StorageRules {
  /** Names of targeted fields (RFC 9213), the preferred first. */
  readonly targets: readonly string[];
  /** Whether `Set-Cookie` is left out of what is stored; else a response with one is not stored at all. */
  readonly stripsCookies: boolean;
  /** For how long an entry stands in for a handler that fails, where the response says nothing of it, in seconds. */
  readonly staleIfError: number;
  /** For how long a stale entry with a validator is kept to be validated, in seconds. */
  readonly keepStale: number;
}

/** Returns whether a shared cache stores a response to GET, and for how long (RFC 9111 §3). */
export function decideStorage(
  request: RequestData,
  head: ResponseHead,
  rules: StorageRules,
  { requestedAt, receivedAt }: Moments,
): Storage {
  const { status, headers } = head;
  const { control, isTargeted } = controlOf(headers, rules.targets);
  const reason = refusal(request, head, control, rules);
  if (reason !== undefined) return { isStored: false, reason };

  const names = parseVary(headers.get("vary"));
  if (names === undefined) return { isStored: false, reason: "vary" };
  const { lifetime, isExplicit } = freshnessOf({ status, headers, control, isTargeted }, receivedAt);
  if (!isExplicit && !isHeuristicStatus(status) && !control.has("public")) {
    return { isStored: false, reason: "status" };
  }

  const mustValidate = control.isUnqualified("no-cache");
  const times: EntryTimes = {
    storedAt: receivedAt,
    initialAge: initialAge(headers, requestedAt, receivedAt),
    lifetime,
    mustValidate,
    ...staleWindows(control, mustValidate, rules),
  };
  const fresh = mustValidate ? 0 : Math.max(0, lifetime - times.initialAge);
  const canValidate = headers.has("etag") || headers.has("last-modified");
  const stale = Math.max(times.staleWhileRevalidate, times.staleIfError, canValidate ? rules.keepStale : 0);
  if (fresh + stale <= 0) return { isStored: false, reason: "stale" };
  const left = [...control.fieldNames("private"), ...control.fieldNames("no-cache")];
  if (rules.stripsCookies) left.push("set-cookie");
  return {
    isStored: true,
    times,
    names,
    left,
    tags: groupTags(request, headers),
    ttlMs: (fresh + stale) * 1_000,
  };
}

/** Returns why a response must not be stored, whatever its freshness; `undefined` where it may. */
function refusal(
  request: RequestData,
  head: ResponseHead,
  control: CacheControl,
  rules: StorageRules,
): string | undefined {
  const { status, headers } = head;
  if (!isEntryStatus(status)) return "status";
  const mustUnderstand = control.has("must-understand");
  if (mustUnderstand && !isUnderstood(status)) return "status";
  // What must be understood, and is, may be stored in spite of no-store (§5.2.2.3).
  if (control.has("no-store") && !mustUnderstand) return "no-store";
  if (control.isUnqualified("private")) return "private";
  if (isReflected(request, head)) return "origin";
  if (headers.has("set-cookie") && !rules.stripsCookies) return "set-cookie";
  if (CacheControl.parse(request.headers.get("cache-control")).has("no-store")) return "request-no-store";
  if (request.headers.has("authorization") && !isSharedByWord(control)) return "authorization";
  return undefined;
}

/** Whether `entry` may be served to who asks: who has credentials may see more than who has none, unless the entry says not. */
export function isForAsker(request: RequestData, { headers }: Pick<ResponseHead, "headers">): boolean {
  return (
    !request.headers.has("authorization") || isSharedByWord(CacheControl.parse(headers.get("cache-control")))
  );
}

/** Whether a response says that it may be shared though the request had an Authorization (RFC 9111 §3.5). */
function isSharedByWord(control: CacheControl): boolean {
  return control.has("public") || control.has("s-maxage") || control.has("must-revalidate");
}

/** Returns for how long a response may be served stale (RFC 5861): not at all where one of RFC 9111 §4.2.4 forbids it. */
function staleWindows(
  control: CacheControl,
  mustValidate: boolean,
  rules: StorageRules,
): Pick<EntryTimes, "staleWhileRevalidate" | "staleIfError" | "mayBeStale"> {
  const forbids = ["must-revalidate", "proxy-revalidate", "s-maxage"];
  const mayBeStale = !mustValidate && !forbids.some((name) => control.has(name));
  if (!mayBeStale) return { staleWhileRevalidate: 0, staleIfError: 0, mayBeStale };
  return {
    staleWhileRevalidate: control.seconds("stale-while-revalidate") ?? 0,
    staleIfError: control.seconds("stale-if-error") ?? rules.staleIfError,
    mayBeStale,
  };
}
