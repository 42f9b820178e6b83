import type { CacheTrace } from "@cullet/core";

/** What an operation that succeeded did. */
export interface Counts {
  readonly hits: number;
  readonly misses: number;
  readonly sets: number;
  readonly deletes: number;
}

/** Returns what the operation that `message` tells of did. */
export function countsOf({ keys, hit, found, stored, deleted }: CacheTrace): Counts {
  const sought = found === undefined ? Number(hit !== undefined) : keys.length;
  const hits = found ?? Number(hit === true);
  return { hits, misses: sought - hits, sets: stored ?? 0, deletes: deleted ?? 0 };
}
