import { redis } from "@cullet/backend-redis";
import { createCache } from "@cullet/core";
import KeyvRedis from "@keyv/redis";
import { BentoCache, bentostore } from "bentocache";
import { redisDriver } from "bentocache/drivers/redis";
import { Redis } from "ioredis";
import { Keyv } from "keyv";
import type { Contenders, Operations } from "./apart/contender.js";
import { AT_ONCE, byCallers, manyAtATime, oneAtATime, repeated } from "./candidates.js";
import { keysOf, shortText } from "./values.js";

const TTL_MS = 3_600_000;
const keys = keysOf(1_000);
const hundred = keys.slice(0, 100);
const absent = keys.map((key) => `absent:${key}`);
const counters = keys.map((key) => `counter:${key}`);

/** Those that are compared over Redis; the first is the bare driver. */
export const contenders: Contenders = {
  "bare ioredis": async (url) => {
    const client = new Redis(url);
    const set = (key: string) => client.set(key, shortText, "PX", TTL_MS);
    await Promise.all(keys.map(set));
    return {
      ...everyWay("get", (key) => client.get(key)),
      ...everyWay("set", set),
      ...everyWay("incr", (key) => client.incr(key), counters),
      ...everyWay("has", (key) => client.exists(key)),
      ...everyWay("delete of what is not there", (key) => client.del(key), absent),
      "getMany of 100": repeated(() => client.mget(hundred)),
      "setMany of 100": repeated(() => {
        const pipeline = client.pipeline();
        for (const key of hundred) pipeline.set(key, shortText, "PX", TTL_MS);
        return pipeline.exec();
      }),
    };
  },

  cullet: async (url) => {
    const cache = createCache({ backend: redis, location: url });
    const set = (key: string) => cache.set(key, shortText, TTL_MS / 1_000);
    await Promise.all(keys.map(set));
    for (const counter of counters) await cache.set(counter, 0, null);
    const record = Object.fromEntries(hundred.map((key) => [key, shortText]));
    return {
      ...everyWay("get", (key) => cache.get(key)),
      ...everyWay("set", set),
      ...everyWay("incr", (key) => cache.incr(key), counters),
      ...everyWay("getOrSet that hits", (key) => cache.getOrSet(key, () => shortText)),
      ...everyWay("getOrSet with a lock that hits", (key) =>
        cache.getOrSet(key, () => shortText, { lock: true }),
      ),
      ...everyWay("has", (key) => cache.has(key)),
      ...everyWay("delete of what is not there", (key) => cache.delete(key), absent),
      "getMany of 100": repeated(() => cache.getMany(hundred)),
      "setMany of 100": repeated(() => cache.setMany(record, TTL_MS / 1_000)),
    };
  },

  "keyv over @keyv/redis": async (url) => {
    const keyv = new Keyv({ store: new KeyvRedis(url), namespace: "keyv" });
    const set = (key: string) => keyv.set(key, shortText, TTL_MS);
    for (const key of keys) await set(key);
    const entries = hundred.map((key) => ({ key, value: shortText, ttl: TTL_MS }));
    return {
      ...everyWay("get", (key) => keyv.get(key)),
      ...everyWay("set", set),
      "getMany of 100": repeated(() => keyv.getMany(hundred)),
      "setMany of 100": repeated(() => keyv.setMany(entries)),
    };
  },

  "bentocache redis": async (url) => {
    const bento = new BentoCache({
      default: "redis",
      stores: { redis: bentostore().useL2Layer(redisDriver({ connection: new Redis(url) })) },
    });
    const set = (key: string) => bento.set({ key, value: shortText, ttl: TTL_MS });
    for (const key of keys) await set(key);
    return { ...everyWay("get", (key) => bento.get({ key })), ...everyWay("set", set) };
  },
};

function everyWay(title: string, operation: (key: string) => unknown, over = keys): Operations {
  return {
    [`${title}, one at a time`]: oneAtATime(operation, over),
    [`${title}, ${AT_ONCE} at a time`]: manyAtATime(operation, over),
    [`${title}, by ${AT_ONCE} callers`]: byCallers(operation, over),
  };
}
