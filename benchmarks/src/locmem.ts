import { locmem } from "@cullet/backend-locmem";
import { createCache } from "@cullet/core";
import { BentoCache, bentostore } from "bentocache";
import { memoryDriver } from "bentocache/drivers/memory";
import { createCache as createCacheManager } from "cache-manager";
import { Keyv } from "keyv";
import { LRUCache } from "lru-cache";
import NodeCache from "node-cache";
import { oneAtATime, repeated } from "./candidates.js";
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
    "node-cache (copies)": oneAtATime((key) => stores.nodeCache.get(key), keys),
    "keyv 5": oneAtATime((key) => stores.keyv.get(key), keys),
    "cache-manager 7": oneAtATime((key) => stores.manager.get(key), keys),
    "bentocache memory": oneAtATime((key) => stores.bento.get({ key }), keys),
  });
  report(
    "memory: get of a short text",
    await measure({
      "Map with expiry, one async function": oneAtATime((key) => short.plain.get(key), keys),
      cullet: oneAtATime((key) => short.copies.get(key), keys),
      "lru-cache (synchronous, by reference)": oneAtATime((key) => short.lru.get(key), keys),
      ...peers(short),
    }),
  );
  report(
    "memory: getOrSet that hits, beside get",
    await measure({
      "cullet get": oneAtATime((key) => short.copies.get(key), keys),
      "cullet getOrSet": oneAtATime((key) => short.copies.getOrSet(key, () => shortText), keys),
    }),
  );

  const large = await storesWith(kilobyteObject);
  report(
    "memory: get of a 1 KB object, a copy for each caller",
    await measure({
      "Map with expiry, JSON copy": oneAtATime((key) => large.json.getJson(key), keys),
      cullet: oneAtATime((key) => large.copies.get(key), keys),
      ...peers(large),
    }),
  );
  report(
    "memory: get of a 1 KB object, by reference",
    await measure({
      "Map with expiry, one async function": oneAtATime((key) => large.plain.get(key), keys),
      "cullet, clone: false": oneAtATime((key) => large.references.get(key), keys),
      "lru-cache (synchronous)": oneAtATime((key) => large.lru.get(key), keys),
    }),
  );
  report(
    "memory: getMany of 100 short texts",
    await measure({
      "Map with expiry, one async function": repeated(() => short.plain.getMany(hundred)),
      cullet: repeated(() => short.copies.getMany(hundred)),
      "node-cache mget (copies)": repeated(() => short.nodeCache.mget(hundred)),
      "keyv 5": repeated(() => short.keyv.get(hundred)),
      "cache-manager 7": repeated(() => short.manager.mget(hundred)),
    }),
  );
  report(
    "memory: set of a short text",
    await measure({
      "Map with expiry, one async function": oneAtATime((key) => short.plain.set(key, shortText), keys),
      cullet: oneAtATime((key) => short.copies.set(key, shortText, 3_600), keys),
      "lru-cache (synchronous, by reference)": oneAtATime((key) => short.lru.set(key, shortText), keys),
      "node-cache (copies)": oneAtATime((key) => short.nodeCache.set(key, shortText), keys),
      "keyv 5": oneAtATime((key) => short.keyv.set(key, shortText), keys),
      "bentocache memory": oneAtATime((key) => short.bento.set({ key, value: shortText, ttl: TTL_MS }), keys),
    }),
  );
  report(
    "memory: set of a 1 KB object, a copy",
    await measure({
      "Map with expiry, JSON copy": oneAtATime((key) => large.json.setJson(key, kilobyteObject), keys),
      cullet: oneAtATime((key) => large.copies.set(key, kilobyteObject, 3_600), keys),
      "node-cache (copies)": oneAtATime((key) => large.nodeCache.set(key, kilobyteObject), keys),
      "bentocache memory": oneAtATime(
        (key) => large.bento.set({ key, value: kilobyteObject, ttl: TTL_MS }),
        keys,
      ),
    }),
  );
}
