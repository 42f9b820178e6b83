import { locmem } from "@cullet/backend-locmem";
import { redis, redisBus } from "@cullet/backend-redis";
import { tiered } from "@cullet/backend-tiered";
import { type Cache, createCache } from "@cullet/core";
import { startRedis } from "@cullet/test-servers";
import { BentoCache, bentostore } from "bentocache";
import { memoryDriver } from "bentocache/drivers/memory";
import { redisDriver } from "bentocache/drivers/redis";
import { Redis } from "ioredis";
import { oneAtATime } from "./candidates.js";
import { type Candidate, measure, report } from "./measure.js";
import { keysOf, kilobyteObject, shortText } from "./values.js";

const KEYS = 1_000;
const TIMEOUT = 3_600;
const keys = keysOf(KEYS);
const hundred = keys.slice(0, 100);

/** Measures two tiers beside each of the two alone, and beside another cache of two tiers. */
export async function benchTiered(): Promise<void> {
  await using server = await startRedis({ own: true });
  const near = { backend: locmem, location: "bench near", options: { maxEntries: 2 * KEYS } };
  const none = { backend: locmem, location: "bench none", options: { maxEntries: 1 } };
  const far = server.url;
  const caches = {
    locmem: createCache({ backend: locmem, location: "bench", options: { maxEntries: 2 * KEYS } }),
    tiered: createCache(tiered({ near, far })),
    "tiered, nothing near": createCache(tiered({ near: none, far })),
    "tiered, with a bus": createCache(tiered({ far, bus: redisBus({ location: far }) })),
    redis: createCache({ backend: redis, location: far }),
  };
  const bento = new BentoCache({
    default: "tiers",
    stores: {
      tiers: bentostore()
        .useL1Layer(memoryDriver({ maxItems: 2 * KEYS }))
        .useL2Layer(redisDriver({ connection: new Redis(far) })),
    },
  });
  await Promise.all(Object.values(caches).map((cache) => cache.ready()));

  for (const [title, value] of Object.entries({
    "a short text": shortText,
    "1 KB of data": kilobyteObject,
  })) {
    for (const cache of [caches.locmem, caches.redis]) {
      for (const key of keys) await cache.set(key, value, TIMEOUT);
    }
    for (const key of keys) await bento.set({ key, value, ttl: TIMEOUT * 1_000 });
    const { locmem, tiered, redis } = caches;
    report(
      `tiered: get of ${title} that is near`,
      await measure({
        locmem: oneAtATime((key) => locmem.get(key), keys),
        tiered: oneAtATime((key) => tiered.get(key), keys),
        "bentocache, memory and redis": oneAtATime((key) => bento.get({ key }), keys),
        redis: oneAtATime((key) => redis.get(key), keys),
      }),
    );
  }
  report(
    "tiered: get that is not near",
    await measure(each(caches, ["redis", "tiered, nothing near"], (cache, key) => cache.get(key))),
  );
  report(
    "tiered: getMany of 100 that are near",
    await measure(each(caches, ["locmem", "tiered", "redis"], (cache) => cache.getMany(hundred))),
  );
  report(
    "tiered: getMany of 100 that are not near",
    await measure(each(caches, ["redis", "tiered, nothing near"], (cache) => cache.getMany(hundred))),
  );
  report(
    "tiered: set",
    await measure({
      ...each(caches, ["redis", "tiered", "tiered, with a bus"], (cache, key) =>
        cache.set(key, shortText, TIMEOUT),
      ),
      "bentocache, memory and redis": oneAtATime(
        (key) => bento.set({ key, value: shortText, ttl: TIMEOUT * 1_000 }),
        keys,
      ),
    }),
  );
  await Promise.all([...Object.values(caches).map((cache) => cache.close()), bento.disconnectAll()]);
}

function each<Name extends string>(
  caches: Readonly<Record<Name, Cache>>,
  names: readonly Name[],
  operation: (cache: Cache, key: string) => Promise<unknown>,
): Record<string, Candidate> {
  return Object.fromEntries(
    names.map((name) => [name, oneAtATime((key) => operation(caches[name], key), keys)]),
  );
}
