import { locmem } from "@cullet/backend-locmem";
import { createCache } from "@cullet/core";
import { BentoCache, bentostore } from "bentocache";
import { memoryDriver } from "bentocache/drivers/memory";
import { createCache as createCacheManager } from "cache-manager";
import { Keyv } from "keyv";
import { LRUCache } from "lru-cache";
import NodeCache from "node-cache";
import { measure, report } from "./measure.js";
import { keysOf, kilobyteObject, shortText } from "./values.js";

const KEYS = 1_000;
const TTL_MS = 3_600_000;
const keys = keysOf(KEYS);
const hundred = keys.slice(0, 100);

/** The least that a cache in memory does: a Map with expiry, behind one asynchronous function. */
class PlainMap {
  readonly entries = new Map<string, { value: unknown; expires: number }>();

  async get(key: string): Promise<unknown> {
    const entry = this.entries.get(key);
    return entry === undefined || entry.expires <= Date.now() ? undefined : entry.value;
  }

  async getMany(keys: readonly string[]): Promise<Map<string, unknown>> {
    const found = new Map<string, unknown>();
    const now = Date.now();
    for (const key of keys) {
      const entry = this.entries.get(key);
      if (entry !== undefined && entry.expires > now) found.set(key, entry.value);
    }
    return found;
  }

  async set(key: string, value: unknown): Promise<void> {
    this.entries.set(key, { value, expires: Date.now() + TTL_MS });
  }

  async getJson(key: string): Promise<unknown> {
    const entry = this.entries.get(key);
    return entry === undefined || entry.expires <= Date.now() ? undefined : JSON.parse(entry.value as string);
  }

  async setJson(key: string, value: unknown): Promise<void> {
    this.entries.set(key, { value: JSON.stringify(value), expires: Date.now() + TTL_MS });
  }
}

/** Calls `operation` with one key after another. */
function overKeys(operation: (key: string) => unknown) {
  return async (times: number) => {
    for (let n = 0; n < times; n += 1) await operation(keys[n % KEYS] as string);
  };
}

async function filled<Store>(store: Store, set: (key: string, store: Store) => unknown): Promise<Store> {
  for (const key of keys) await set(key, store);
  return store;
}

/** Everything that is compared, holding `value` at each key. */
async function storesWith(value: unknown) {
  const options = { maxEntries: 100_000 };
  return {
    plain: await filled(new PlainMap(), (key, map) => map.set(key, value)),
    json: await filled(new PlainMap(), (key, map) => map.setJson(key, value)),
    copies: await filled(
      createCache({ backend: locmem, location: crypto.randomUUID(), options }),
      (key, cache) => cache.set(key, value, 3_600),
    ),
    references: await filled(
      createCache({ backend: locmem, location: crypto.randomUUID(), options: { ...options, clone: false } }),
      (key, cache) => cache.set(key, value, 3_600),
    ),
    lru: await filled(new LRUCache<string, object | string>({ max: 100_000, ttl: TTL_MS }), (key, lru) =>
      lru.set(key, value as string),
    ),
    nodeCache: await filled(new NodeCache({ stdTTL: 3_600, useClones: true }), (key, cache) =>
      cache.set(key, value),
    ),
    keyv: await filled(new Keyv({ ttl: TTL_MS }), (key, keyv) => keyv.set(key, value)),
    manager: await filled(createCacheManager({ ttl: TTL_MS }), (key, manager) => manager.set(key, value)),
    bento: await filled(
      new BentoCache({
        default: "memory",
        stores: { memory: bentostore().useL1Layer(memoryDriver({ maxItems: 100_000 })) },
      }),
      (key, bento) => bento.set({ key, value, ttl: TTL_MS }),
    ),
  };
}

/** Measures the backend in memory beside a Map and the other caches. */
export async function benchLocMem(): Promise<void> {
  const short = await storesWith(shortText);
  const peers = (stores: typeof short) => ({
    "node-cache (copies)": overKeys((key) => stores.nodeCache.get(key)),
    "keyv 5": overKeys((key) => stores.keyv.get(key)),
    "cache-manager 7": overKeys((key) => stores.manager.get(key)),
    "bentocache memory": overKeys((key) => stores.bento.get({ key })),
  });
  report(
    "memory: get of a short text",
    await measure({
      "Map with expiry, one async function": overKeys((key) => short.plain.get(key)),
      cullet: overKeys((key) => short.copies.get(key)),
      "lru-cache (synchronous, by reference)": overKeys((key) => short.lru.get(key)),
      ...peers(short),
    }),
  );
  report(
    "memory: getOrSet that hits, beside get",
    await measure({
      "cullet get": overKeys((key) => short.copies.get(key)),
      "cullet getOrSet": overKeys((key) => short.copies.getOrSet(key, () => shortText)),
    }),
  );

  const large = await storesWith(kilobyteObject);
  report(
    "memory: get of a 1 KB object, a copy for each caller",
    await measure({
      "Map with expiry, JSON copy": overKeys((key) => large.json.getJson(key)),
      cullet: overKeys((key) => large.copies.get(key)),
      ...peers(large),
    }),
  );
  report(
    "memory: get of a 1 KB object, by reference",
    await measure({
      "Map with expiry, one async function": overKeys((key) => large.plain.get(key)),
      "cullet, clone: false": overKeys((key) => large.references.get(key)),
      "lru-cache (synchronous)": overKeys((key) => large.lru.get(key)),
    }),
  );
  report(
    "memory: getMany of 100 short texts",
    await measure({
      "Map with expiry, one async function": overKeys(() => short.plain.getMany(hundred)),
      cullet: overKeys(() => short.copies.getMany(hundred)),
      "node-cache mget (copies)": overKeys(() => short.nodeCache.mget(hundred)),
      "keyv 5": overKeys(() => short.keyv.get(hundred)),
      "cache-manager 7": overKeys(() => short.manager.mget(hundred)),
    }),
  );
  report(
    "memory: set of a short text",
    await measure({
      "Map with expiry, one async function": overKeys((key) => short.plain.set(key, shortText)),
      cullet: overKeys((key) => short.copies.set(key, shortText, 3_600)),
      "lru-cache (synchronous, by reference)": overKeys((key) => short.lru.set(key, shortText)),
      "node-cache (copies)": overKeys((key) => short.nodeCache.set(key, shortText)),
      "keyv 5": overKeys((key) => short.keyv.set(key, shortText)),
      "bentocache memory": overKeys((key) => short.bento.set({ key, value: shortText, ttl: TTL_MS })),
    }),
  );
  report(
    "memory: set of a 1 KB object, a copy",
    await measure({
      "Map with expiry, JSON copy": overKeys((key) => large.json.setJson(key, kilobyteObject)),
      cullet: overKeys((key) => large.copies.set(key, kilobyteObject, 3_600)),
      "node-cache (copies)": overKeys((key) => large.nodeCache.set(key, kilobyteObject)),
      "bentocache memory": overKeys((key) => large.bento.set({ key, value: kilobyteObject, ttl: TTL_MS })),
    }),
  );
}
