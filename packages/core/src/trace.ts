import { tracingChannel } from "node:diagnostics_channel";

/** What the subscribers of the tracing channel `cullet` are told of an operation. */
export interface CacheTrace {
  /** The method of the cache: `"get"`. */
  readonly operation: string;
  /** The cache's alias, as `caches.hot` is configured under; `"cache"` for one that stands alone. */
  readonly cache: string;
  /** The backend's name, as it was configured; or the name of its factory or class. */
  readonly backend: string;
  /** The keys, as the user wrote them; none for an operation on all. */
  readonly keys: readonly string[];
  /** Whether everything that was looked for was there; `undefined` for an operation that looks for nothing. */
  hit?: boolean | undefined;
  /** How many of the keys were there, for an operation on several. */
  found?: number | undefined;
  /** How many entries were stored; `undefined` for an operation that stores none. */
  stored?: number | undefined;
  /** How many live entries were dropped by their keys; `undefined` for an operation that drops none. */
  deleted?: number | undefined;
  /** What went wrong: told on the channel's `error` also where the cache fails open. */
  error?: unknown;
}

/** Notes how many of the keys of an operation on several were there. */
export function noteFound(trace: CacheTrace | undefined, found: number, sought: number): void {
  if (trace === undefined) return;
  trace.hit = found === sought;
  trace.found = found;
}

/** Returns what a cache that is configured at `path` is called where somebody watches. */
export function cacheNameOf(path: string): string {
  return path.replace(/^caches\./, "");
}

/**
 * The tracing channel `cullet` of `node:diagnostics_channel`: `start`, `end`, `asyncStart`, `asyncEnd` and `error` around
 * each operation. It costs one look at `hasSubscribers` while nobody listens.
 */
export const channel = tracingChannel<unknown, CacheTrace>("cullet");
