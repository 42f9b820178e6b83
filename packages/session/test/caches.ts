import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { file } from "@cullet/backend-file";
import { locmem } from "@cullet/backend-locmem";
import { redis } from "@cullet/backend-redis";
import { type Cache, createCache } from "@cullet/core";
import { type RedisServer, startRedis } from "@cullet/test-servers";

/** A cache for a test, empty at first. */
export interface TestCache extends AsyncDisposable {
  readonly cache: Cache;
}

/** So that no session is culled. */
const ROOM = { maxEntries: 10_000 };

let names = 0;

/** Makes a cache of each kind that the tests run over. */
export const caches: Readonly<Record<string, () => Promise<TestCache>>> = {
  locmem: async () => {
    names += 1;
    return owned(createCache({ backend: locmem, location: `sessions-${names}`, options: ROOM }));
  },
  file: async () => {
    const folder = await mkdtemp(join(tmpdir(), "cullet-session-"));
    return owned(createCache({ backend: file, location: folder, options: ROOM }), () =>
      rm(folder, { recursive: true }),
    );
  },
  redis: async () => {
    const server = await startRedis({ own: true });
    return owned(redisCache(server), () => server.stop());
  },
};

/** Makes a cache in a Redis server. */
export function redisCache({ url }: Pick<RedisServer, "url">): Cache {
  return createCache({ backend: redis, location: url });
}

function owned(cache: Cache, release: () => Promise<unknown> = async () => {}): TestCache {
  return {
    cache,
    [Symbol.asyncDispose]: async () => {
      await cache.close();
      await release();
    },
  };
}
