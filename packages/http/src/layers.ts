import type { Timeout } from "@cullet/core";
import { type CompressOptions, compressLayer } from "./compress/index.js";
import { type ConditionOptions, conditionLayer } from "./conditional/condition.js";
import { conditionalGetLayer } from "./conditional/conditional-get.js";
import {
  type CachePageOptions,
  type CacheSiteOptions,
  cachePageLayer,
  cacheSiteLayer,
} from "./django/page-cache.js";
import type { CacheControlDirectives } from "./headers/directives.js";
import {
  cacheControlLayer,
  neverCacheLayer,
  varyOnCookieLayer,
  varyOnHeadersLayer,
} from "./headers/layers.js";
import type { Layer } from "./layer.js";
import { httpCacheLayer, type SharedCacheOptions } from "./rfc/http-cache.js";

/** What every entry exports, for a framework whose request is `Request`, and whose middleware is `Middleware`. */
export interface Middlewares<Request, Middleware> {
  /**
   * Caches a whole site by Django's rules: each page for as long as its max-age says, else for `seconds` (600). To be
   * placed outermost, so that what other middleware adds to a response counts.
   */
  cacheSite(options: CacheSiteOptions<Request>): Middleware;
  /** Caches one page for `seconds`, by Django's rules. */
  cachePage(seconds: Timeout, options: CachePageOptions<Request>): Middleware;
  /** Caches as RFC 9111 has it: what the response says, and nothing else, gives it a lifetime. */
  httpCache(options: SharedCacheOptions): Middleware;
  /** Adds directives to Cache-Control: `{ private: true, maxAge: 3600 }`. */
  cacheControl(directives: CacheControlDirectives): Middleware;
  /** Tells every cache not to keep the response. */
  neverCache(): Middleware;
  /** Says that the response depends on these fields of the request. */
  varyOnHeaders(...names: readonly string[]): Middleware;
  /** Says that the response depends on the request's cookies. */
  varyOnCookie(): Middleware;
  /** Answers with 304 or 412, after the handler has run, and makes an ETag where there is none. */
  conditionalGet(): Middleware;
  /** Answers with 304 or 412 before the handler runs. */
  condition(options: ConditionOptions<Request>): Middleware;
  /** Compresses by br, zstd or gzip. */
  compress(options?: CompressOptions): Middleware;
}

/** Returns the names of an entry, whose adapter makes a middleware of each layer. */
export function middlewaresBy<Request, Middleware>(
  adapt: (layer: Layer) => Middleware,
): Middlewares<Request, Middleware> {
  return {
    cacheSite: (options) => adapt(cacheSiteLayer(options)),
    cachePage: (seconds, options) => adapt(cachePageLayer(seconds, options)),
    httpCache: (options) => adapt(httpCacheLayer(options)),
    cacheControl: (directives) => adapt(cacheControlLayer(directives)),
    neverCache: () => adapt(neverCacheLayer()),
    varyOnHeaders: (...names) => adapt(varyOnHeadersLayer(...names)),
    varyOnCookie: () => adapt(varyOnCookieLayer()),
    conditionalGet: () => adapt(conditionalGetLayer()),
    condition: (options) => adapt(conditionLayer(options)),
    compress: (options) => adapt(compressLayer(options)),
  };
}
