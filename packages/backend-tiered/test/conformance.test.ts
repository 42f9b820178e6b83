import { fileURLToPath } from "node:url";
import { db, postgresBus } from "@cullet/backend-db";
import { memcached } from "@cullet/backend-memcached";
import { redis, redisBus } from "@cullet/backend-redis";
import { testBackend } from "@cullet/conformance";
import type { Backend } from "@cullet/core";
import { startMemcached, startPostgres, startRedis } from "@cullet/test-servers";
import { afterAll, beforeAll, describe, it } from "vitest";
import { tiered } from "../src/index.js";
import { Store, StoreBackend } from "./store.js";

const POSTGRES_TIERS = fileURLToPath(new URL("programs/postgres-tiers.js", import.meta.url));
const MEMCACHED_TIERS = fileURLToPath(new URL("programs/memcached-tiers.js", import.meta.url));

/** How soon a change that is told of is known everywhere, on a busy machine. */
const SEEN_WITHIN_MS = 1_000;

const runner = { describe, it, beforeAll, afterAll };
const [redisServer, postgresServer, memcachedServers] = await Promise.all([
  startRedis({ own: true }),
  startPostgres({ own: true }),
  startMemcached(1, { own: true }),
]);

afterAll(() => Promise.all([redisServer.stop(), postgresServer.stop(), memcachedServers.stop()]));

async function emptied<B extends Backend>(backend: B): Promise<B> {
  await backend.clear("");
  return backend;
}

testBackend({
  name: "tiered over a store that tells of changes",
  create: () => tiered({ far: new StoreBackend(new Store(), { tells: true }) }),
  runner,
});

testBackend({
  name: "tiered over a store that does not",
  create: () => tiered({ far: new StoreBackend(new Store(), { tells: false }) }),
  runner,
});

testBackend({
  name: "tiered over redis",
  create: async () => tiered({ far: await emptied(redis({ location: redisServer.url })) }),
  runner,
  processes: {
    cache: () => ({ backend: "tiered", options: { far: redisServer.url } }),
    from: import.meta.url,
    seenWithinMs: SEEN_WITHIN_MS,
  },
});

testBackend({
  name: "tiered over postgres, with its bus",
  create: async () =>
    tiered({
      far: await emptied(db({ location: postgresServer.url, options: { maxEntries: 1_000_000 } })),
      bus: postgresBus({ connectionString: postgresServer.url }),
    }),
  runner,
  processes: {
    cache: () => ({ backend: POSTGRES_TIERS, location: postgresServer.url }),
    from: import.meta.url,
    seenWithinMs: SEEN_WITHIN_MS,
  },
});

testBackend({
  name: "tiered over memcached, with redis for a bus",
  create: async () =>
    tiered({
      far: await emptied(memcached({ location: memcachedServers.url })),
      bus: redisBus({ location: redisServer.url }),
    }),
  runner,
  processes: {
    cache: () => ({ backend: MEMCACHED_TIERS, location: [memcachedServers.url, redisServer.url] }),
    from: import.meta.url,
    seenWithinMs: SEEN_WITHIN_MS,
  },
});

testBackend({
  name: "tiered over memcached, without a bus",
  create: async () => tiered({ far: await emptied(memcached({ location: memcachedServers.url })) }),
  runner,
  // Where nothing is told, others see a change within the near timeout.
  processes: {
    cache: () => ({ backend: "tiered", options: { far: memcachedServers.url, nearTimeout: "1ms" } }),
    from: import.meta.url,
    seenWithinMs: SEEN_WITHIN_MS,
  },
});
