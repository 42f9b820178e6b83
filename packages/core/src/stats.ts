/** What a cache, with all its views, did since it was made. */
export interface CacheStats {
  /** Reads of a key that found a live entry. */
  readonly hits: number;
  /** Reads of a key that did not. */
  readonly misses: number;
  /** Entries stored. */
  readonly sets: number;
  /** Live entries dropped by key. */
  readonly deletes: number;
  /** Entries that got a new timeout. */
  readonly touches: number;
  /** Counters changed. */
  readonly increments: number;
  /** Functions run by `getOrSet`. */
  readonly computations: number;
  /** Misses that an old value answered, since it was within one of its stale windows. */
  readonly stale: number;
  /** Refreshes that failed while nobody waited for them. */
  readonly refreshErrors: number;
  /** Operations that failed at the store. */
  readonly errors: number;
  /** Entries that were there but could not be decoded, each a miss. */
  readonly undecodable: number;
}

/** Counts that begin at nought. */
export function newStats(): { -readonly [Count in keyof CacheStats]: CacheStats[Count] } {
  return {
    hits: 0,
    misses: 0,
    sets: 0,
    deletes: 0,
    touches: 0,
    increments: 0,
    computations: 0,
    stale: 0,
    refreshErrors: 0,
    errors: 0,
    undecodable: 0,
  };
}
