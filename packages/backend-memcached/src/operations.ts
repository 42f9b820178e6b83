import { wasRefused } from "./failure.js";
import { isLive, ttlMsOf, withTtlMs } from "./lifetime.js";
import type { NewEntry, Transport } from "./transport.js";

/** Stores an entry, over what was there: where the server would not take it, that is gone all the same. */
export async function setOver(store: Transport, entry: NewEntry): Promise<void> {
  try {
    await store.set(entry);
  } catch (error) {
    // memcached drops it in most cases, and not where it runs out of memory amid a large value.
    if (wasRefused(error)) await store.delete(entry.key);
    throw error;
  }
}

/** Stores each of `entries`, and returns the keys of those that the server would not take. */
export async function setEach(store: Transport, entries: readonly NewEntry[]): Promise<string[]> {
  const results = await Promise.allSettled(entries.map((entry) => setOver(store, entry)));
  const refused: string[] = [];
  for (const [at, result] of results.entries()) {
    if (result.status === "fulfilled") continue;
    if (!wasRefused(result.reason)) throw result.reason;
    refused.push((entries[at] as NewEntry).key);
  }
  return refused;
}

/** Drops an entry: `true` where it was live, and it was this call that dropped it. */
export async function deleteLive(store: Transport, key: string): Promise<boolean> {
  // Together they take one round trip, and nothing of this process comes between.
  const [payload, went] = await Promise.all([store.get(key), store.delete(key)]);
  return went && (payload === undefined || isLive(key, payload));
}

/** Drops each of `keys`, and returns how many live entries went. */
export async function deleteEach(store: Transport, keys: readonly string[]): Promise<number> {
  const [payloads, went] = await Promise.all([
    store.getMany(keys),
    Promise.all(keys.map((key) => store.delete(key))),
  ]);
  const live = await Promise.all(
    keys.map((key, at) => {
      const payload = payloads.get(key);
      return went[at] && (payload === undefined || isLive(key, payload));
    }),
  );
  return live.filter(Boolean).length;
}

/** Stores where no live entry is, over one that has expired and that the server has yet to drop. */
export async function addOver(store: Transport, entry: NewEntry): Promise<boolean> {
  for (;;) {
    if (await store.add(entry)) return true;
    const there = await store.read(entry.key);
    if (there === undefined) continue;
    if ((await ttlMsOf(entry.key, there)) !== undefined) return false;
    if (await store.replace(entry, there.cas)) return true;
  }
}

/** Gives a live entry another time to live: `false` where there is none. Stored over while it was read, it is read again. */
export async function touchLive(store: Transport, key: string, ttlMs: number | null): Promise<boolean> {
  for (;;) {
    const there = await store.read(key);
    if ((await ttlMsOf(key, there)) === undefined || there === undefined) return false;
    const payload = await withTtlMs(key, there.payload, ttlMs);
    if (await store.replace({ key, payload, ttlMs }, there.cas)) return true;
  }
}
