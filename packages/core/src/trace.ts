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
  /** What went wrong: told on the channel's `error` also where the cache fails open. */
  error?: unknown;
}

/**
 * The tracing channel `cullet` of `node:diagnostics_channel`: `start`, `end`, `asyncStart`, `asyncEnd` and `error` around
 * each operation. It costs one look at `hasSubscribers` while nobody listens.
 */
export const channel = tracingChannel<unknown, CacheTrace>("cullet");
