import { ArgumentError, type Awaitable, describe, isTimeout, type Timeout, toTtlMs } from "@cullet/core";
import { ageOf } from "../cache/age.js";
import { CacheLayer } from "../cache/cache-layer.js";
import { type HttpCacheOptions, layerParts } from "../cache/options.js";
import type { CachePolicy } from "../cache/policy.js";
import { bypassReason } from "../cache/unkeyed.js";
import { DEFAULT_SECONDS } from "../headers/lifetime.js";
import type { Layer } from "../layer.js";
import type { RequestData } from "../message/message.js";
import { decidePage, type PageLifetimes } from "./page-rules.js";

const LOGGED_IN = "logged-in";

/** What `cachePage` may be told. `Request` is the framework's own. */
export interface CachePageOptions<Request = unknown> extends HttpCacheOptions {
  /**
   * Says whether somebody is logged in. Such requests are neither served from the cache nor stored. Asked before the
   * handler runs and, unless it is asynchronous, again after, when a session may have been read.
   */
  anonymousOnly?: (request: Request) => Awaitable<boolean>;
}

/** What `cacheSite` may be told. `Request` is the framework's own. */
export interface CacheSiteOptions<Request = unknown> extends CachePageOptions<Request> {
  /** How long a page is kept that does not say. @default 600 */
  seconds?: Timeout;
}

/**
 * Caches a whole site: each page for as long as it says in max-age, else for `seconds`. To be placed outermost.
 *
 * @throws TypeError naming the option and what came.
 */
export function cacheSiteLayer<Request>(options: CacheSiteOptions<Request>): Layer {
  const defaultTtlMs = readSeconds(options.seconds ?? DEFAULT_SECONDS);
  return pageLayer("cacheSite", options, { pageTtlMs: undefined, defaultTtlMs });
}

/**
 * Caches a page for `seconds`, whatever max-age it has; `null` for as long as it says there, else for 600.
 *
 * @throws TypeError naming the option and what came.
 */
export function cachePageLayer<Request>(seconds: Timeout, options: CachePageOptions<Request>): Layer {
  const pageTtlMs = seconds === null ? undefined : readSeconds(seconds);
  return pageLayer("cachePage", options, { pageTtlMs, defaultTtlMs: DEFAULT_SECONDS * 1_000 });
}

function pageLayer<Request>(
  name: string,
  options: CachePageOptions<Request>,
  lifetimes: PageLifetimes,
): Layer {
  const { anonymousOnly } = options;
  if (anonymousOnly !== undefined && typeof anonymousOnly !== "function")
    throw new ArgumentError(
      `anonymousOnly must be a function of the request; got ${describe(anonymousOnly)}`,
    );
  const isLoggedIn = (request: RequestData) => anonymousOnly?.(request.source as Request) ?? false;
  return new CacheLayer(
    layerParts(options, { name, policy: pagePolicy(lifetimes, isLoggedIn), cacheStatus: false }),
  );
}

function pagePolicy(
  lifetimes: PageLifetimes,
  isLoggedIn: (request: RequestData) => Awaitable<boolean>,
): CachePolicy {
  let takesTime = false;
  return {
    bypass(request) {
      const reason = bypassReason(request);
      if (reason !== undefined) return reason;
      const said = isLoggedIn(request);
      if (!(said instanceof Promise)) return said ? LOGGED_IN : undefined;
      takesTime = true;
      return said.then((isSomebody) => (isSomebody ? LOGGED_IN : undefined));
    },
    // Credentials are part of the key.
    isFor: () => true,
    standing: (_request, entry, now) => (ageOf(entry, now) < entry.times.lifetime ? "fresh" : "stale"),
    wantsOnlyStored: () => false,
    mayStandIn: () => false,
    decide(request, head, moments) {
      // A session is often read inside. An answer that takes time would come too late: the head is sent now.
      if (!takesTime && isLoggedIn(request)) return { isStored: false, reason: LOGGED_IN };
      return decidePage(request, head, lifetimes, moments);
    },
  };
}

function readSeconds(seconds: unknown): number | null {
  if (isTimeout(seconds)) return toTtlMs(seconds);
  throw new ArgumentError(`seconds must be seconds, or a string like "5m"; got ${describe(seconds)}`);
}
