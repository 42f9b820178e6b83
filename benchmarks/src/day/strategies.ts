import type { Cache, GetOrSetOptions } from "@cullet/core";

/** A simulated minute, after which entries expire, in real milliseconds. */
export const MINUTE_MS = 1_000;

const timeout = MINUTE_MS / 1_000;
const staleWhileRevalidate = 10 * timeout;

/** A way to answer a request from the cache, or from the origin that `make` asks. */
export type Strategy = (cache: Cache, key: string, make: () => Promise<unknown>) => Promise<unknown>;

/** The ways that are compared, by name. */
export const strategies: Readonly<Record<string, Strategy>> = {
  "get and set": async (cache, key, make) => {
    const cached = await cache.get(key);
    if (cached !== undefined) return cached;
    const made = await make();
    await cache.set(key, made, timeout);
    return made;
  },
  "single flight": getOrSet({ timeout }),
  lock: getOrSet({ timeout, lock: true }),
  "early refresh": getOrSet({ timeout, earlyRefresh: 1 }),
  "stale while revalidate": getOrSet({ timeout, staleWhileRevalidate }),
  "stale, with a lock": getOrSet({ timeout, staleWhileRevalidate, lock: true }),
};

function getOrSet(options: GetOrSetOptions): Strategy {
  return (cache, key, make) => cache.getOrSet(key, make, options);
}
