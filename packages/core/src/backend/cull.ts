/** How many entries a backend that culls may hold, and how many go when it is full. */
export interface CullOptions {
  /** Entries held before a new key makes the backend cull. @default 300 */
  maxEntries?: number;
  /** One in this many entries goes at a cull; 0 drops them all. @default 3 */
  cullFrequency?: number;
}

/**
 * Returns how many of `count` live entries must go before a new key is stored.
 *
 * The whole rule, which every culling backend follows: below `maxEntries` nothing happens, and overwriting never culls.
 * A new key at the limit first drops what has expired; if that did not help, `cullCount` entries, of the backend's own
 * choice, follow. The entry just written survives. (Django drops `floor(count / frequency)`, which is none for a small
 * cache, counts the expired as live, and culls on overwriting too.)
 */
export function cullCount(count: number, { maxEntries, cullFrequency }: Required<CullOptions>): number {
  if (count < maxEntries) return 0;
  return cullFrequency === 0 ? count : Math.max(1, Math.floor(count / cullFrequency));
}
