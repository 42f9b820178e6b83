import { ArgumentError, describe, isTimeout, type Timeout, toTtlMs } from "@cullet/core";
import { CacheLayer } from "../cache/cache-layer.js";
import { type HttpCacheOptions, layerParts } from "../cache/options.js";
import type { CachePolicy } from "../cache/policy.js";
import { bypassReason } from "../cache/unkeyed.js";
import { MAX_DELTA_SECONDS } from "../fields/delta-seconds.js";
import { isToken } from "../fields/field-list.js";
import type { Layer } from "../layer.js";
import { invalidationOf, isUnsafe } from "./invalidation.js";
import { mayStandIn, standingFor, standingOf, wantsOnlyStored } from "./standing.js";
import { decideStorage, isForAsker, type StorageRules } from "./storage.js";

const DEFAULT_KEEP_STALE = "1d";

/** What `httpCache` may be told. */
export interface SharedCacheOptions extends HttpCacheOptions {
  /**
   * Fields that stand in the place of Cache-Control for this cache, the preferred first (RFC 9213): `["CDN-Cache-Control"]`.
   * @default []
   */
  targets?: readonly string[];
  /**
   * Whether a client's Cache-Control counts for what is served: `no-cache`, `max-age`, `min-fresh`, `max-stale`,
   * `only-if-cached` (RFC 9111 §5.2.1). Whoever sends `no-cache` then has the handler run.
   * @default false
   */
  requestDirectives?: boolean;
  /**
   * Whether a response's `No-Vary-Search` lets it answer URLs of its path whose queries differ only in what it names
   * (draft-ietf-httpbis-no-vary-search). It takes one more read of the cache for each request.
   * @default false
   */
  noVarySearch?: boolean;
  /** Whether a response with `Set-Cookie` is stored, without it. Else it is not stored at all. @default false */
  stripCookies?: boolean;
  /** For how long a response with an ETag or Last-Modified is kept past its lifetime, to be validated. @default "1d" */
  keepStale?: Timeout;
  /**
   * For how long past its lifetime an entry stands in for a handler that throws or answers with 500, 502, 503 or 504, where
   * the response says nothing of it (RFC 5861 §4).
   * @default 0
   */
  staleIfError?: Timeout;
}

/**
 * A shared cache as RFC 9111 has it, in front of a handler. It gives no response a lifetime but the response's own, and
 * asks the handler whether an entry is still good.
 *
 * @throws TypeError naming the option and what came.
 */
export function httpCacheLayer(options: SharedCacheOptions): Layer {
  const heedsRequests = flag(options.requestDirectives ?? false, "requestDirectives");
  const policy = sharedPolicy(storageRules(options), heedsRequests);
  const heedsSearch = flag(options.noVarySearch ?? false, "noVarySearch");
  const kind = { name: "httpCache", policy, cacheStatus: true, heedsSearch };
  const layer = new CacheLayer(layerParts(options, kind));
  return {
    name: layer.name,
    begin: (request, run) =>
      isUnsafe(request.method)
        ? { exchange: invalidationOf(options.cache, request) }
        : layer.begin(request, run),
  };
}

function sharedPolicy(rules: StorageRules, heedsRequests: boolean): CachePolicy {
  return {
    bypass: bypassReason,
    isFor: isForAsker,
    standing(request, entry, now) {
      const standing = standingOf(entry, now);
      return heedsRequests ? standingFor(request, entry, standing, now) : standing;
    },
    wantsOnlyStored: (request) => heedsRequests && wantsOnlyStored(request),
    mayStandIn,
    decide: (request, head, moments) => decideStorage(request, head, rules, moments),
  };
}

function storageRules(options: SharedCacheOptions): StorageRules {
  const { targets = [], stripCookies = false, keepStale = DEFAULT_KEEP_STALE, staleIfError = 0 } = options;
  if (!Array.isArray(targets) || !targets.every((target) => typeof target === "string" && isToken(target))) {
    throw new ArgumentError(`targets must be a list of field names; got ${describe(targets)}`);
  }
  return {
    targets,
    stripsCookies: flag(stripCookies, "stripCookies"),
    keepStale: spanSeconds(keepStale, "keepStale"),
    staleIfError: spanSeconds(staleIfError, "staleIfError"),
  };
}

function flag(given: unknown, option: string): boolean {
  if (typeof given === "boolean") return given;
  throw new ArgumentError(`${option} must be true or false; got ${describe(given)}`);
}

function spanSeconds(given: unknown, option: string): number {
  if (!isTimeout(given)) {
    throw new ArgumentError(`${option} must be seconds, a string like "1d", or null; got ${describe(given)}`);
  }
  const ms = toTtlMs(given);
  return ms === null ? MAX_DELTA_SECONDS : ms / 1_000;
}
