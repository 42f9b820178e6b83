import { redis } from "@cullet/backend-redis";
import { createCache } from "@cullet/core";
import { startRedis } from "@cullet/test-servers";
import KeyvRedis from "@keyv/redis";
import { BentoCache, bentostore } from "bentocache";
import { redisDriver } from "bentocache/drivers/redis";
import { Redis } from "ioredis";
import { Keyv } from "keyv";
import { type Candidate, measure, report } from "./measure.js";
import { keysOf, shortText } from "./values.js";

const KEYS = 1_000;
const AT_ONCE = 64;
const TTL_MS = 3_600_000;
const keys = keysOf(KEYS);
const hundred = keys.slice(0, 100);
const absent = keys.map((key) => `absent:${key}`);
const counters = keys.map((key) => `counter:${key}`);

/** Measures the backend over Redis beside the bare driver, and other caches over Redis. */
export async function benchRedis(): Promise<void> {
  await using server = await startRedis({ own: true });
  const bare = new Redis(server.url);
  const cache = createCache({ backend: redis, location: server.url });
  const keyv = new Keyv({ store: new KeyvRedis(server.url), namespace: "keyv" });
  const bento = new BentoCache({
    default: "redis",
    stores: { redis: bentostore().useL2Layer(redisDriver({ connection: new Redis(server.url) })) },
  });
  const gets = {
    "bare ioredis": (key: string) => bare.get(key),
    cullet: (key: string) => cache.get(key),
    "keyv over @keyv/redis": (key: string) => keyv.get(key),
    "bentocache redis": (key: string) => bento.get({ key }),
  };
  const sets = {
    "bare ioredis": (key: string) => bare.set(key, shortText, "PX", TTL_MS),
    cullet: (key: string) => cache.set(key, shortText, TTL_MS / 1_000),
    "keyv over @keyv/redis": (key: string) => keyv.set(key, shortText, TTL_MS),
    "bentocache redis": (key: string) => bento.set({ key, value: shortText, ttl: TTL_MS }),
  };
  const incrs = {
    "bare ioredis": (key: string) => bare.incr(key),
    cullet: (key: string) => cache.incr(key),
  };
  const hits = {
    "cullet get": (key: string) => cache.get(key),
    "cullet getOrSet": (key: string) => cache.getOrSet(key, () => shortText),
    "cullet getOrSet with a lock": (key: string) => cache.getOrSet(key, () => shortText, { lock: true }),
  };
  const asks = {
    "bare ioredis, EXISTS": (key: string) => bare.exists(key),
    cullet: (key: string) => cache.has(key),
  };
  const drops = {
    "bare ioredis": (key: string) => bare.del(key),
    cullet: (key: string) => cache.delete(key),
  };
  for (const set of Object.values(sets)) for (const key of keys) await set(key);
  for (const counter of counters) await cache.set(counter, 0, null);

  report("redis: get, one at a time", await measure(eachOf(gets, (get) => oneAtATime(get, keys))));
  report("redis: set, one at a time", await measure(eachOf(sets, (set) => oneAtATime(set, keys))));
  report("redis: incr, one at a time", await measure(eachOf(incrs, (incr) => oneAtATime(incr, counters))));
  report(`redis: get, ${AT_ONCE} at a time`, await measure(eachOf(gets, (get) => manyAtATime(get, keys))));
  report(`redis: set, ${AT_ONCE} at a time`, await measure(eachOf(sets, (set) => manyAtATime(set, keys))));
  report(
    `redis: incr, ${AT_ONCE} at a time`,
    await measure(eachOf(incrs, (incr) => manyAtATime(incr, counters))),
  );
  report(
    "redis: getOrSet that hits, one at a time",
    await measure(eachOf(hits, (hit) => oneAtATime(hit, keys))),
  );
  report(
    `redis: getOrSet that hits, ${AT_ONCE} at a time`,
    await measure(eachOf(hits, (hit) => manyAtATime(hit, keys))),
  );
  report("redis: has, one at a time", await measure(eachOf(asks, (ask) => oneAtATime(ask, keys))));
  report(`redis: has, ${AT_ONCE} at a time`, await measure(eachOf(asks, (ask) => manyAtATime(ask, keys))));
  report(
    "redis: delete of what is not there, one at a time",
    await measure(eachOf(drops, (drop) => oneAtATime(drop, absent))),
  );
  report(
    `redis: delete of what is not there, ${AT_ONCE} at a time`,
    await measure(eachOf(drops, (drop) => manyAtATime(drop, absent))),
  );
  report(
    "redis: getMany of 100",
    await measure({
      "bare ioredis, MGET": repeated(() => bare.mget(hundred)),
      cullet: repeated(() => cache.getMany(hundred)),
      "keyv over @keyv/redis": repeated(() => keyv.getMany(hundred)),
    }),
  );
  const record = Object.fromEntries(hundred.map((key) => [key, shortText]));
  const entries = hundred.map((key) => ({ key, value: shortText, ttl: TTL_MS }));
  report(
    "redis: setMany of 100",
    await measure({
      "bare ioredis, pipeline of SET": repeated(() => {
        const pipeline = bare.pipeline();
        for (const key of hundred) pipeline.set(key, shortText, "PX", TTL_MS);
        return pipeline.exec();
      }),
      cullet: repeated(() => cache.setMany(record, TTL_MS / 1_000)),
      "keyv over @keyv/redis": repeated(() => keyv.setMany(entries)),
    }),
  );
  await Promise.all([cache.close(), bare.quit(), keyv.disconnect(), bento.disconnectAll()]);
}

function eachOf<T>(operations: Readonly<Record<string, T>>, candidateOf: (operation: T) => Candidate) {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [name, candidateOf(operation)]),
  );
}

function oneAtATime(operation: (key: string) => Promise<unknown>, over: readonly string[]): Candidate {
  return async (times) => {
    for (let n = 0; n < times; n += 1) await operation(over[n % KEYS] as string);
  };
}

function manyAtATime(operation: (key: string) => Promise<unknown>, over: readonly string[]): Candidate {
  return async (times) => {
    for (let n = 0; n < times; n += AT_ONCE) {
      const calls = Array.from({ length: AT_ONCE }, (_, at) => operation(over[(n + at) % KEYS] as string));
      await Promise.all(calls);
    }
  };
}

function repeated(operation: () => Promise<unknown>): Candidate {
  return async (times) => {
    for (let n = 0; n < times; n += 1) await operation();
  };
}
