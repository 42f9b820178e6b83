import { setTimeout as sleep } from "node:timers/promises";
import { db, postgresBus } from "@cullet/backend-db";
import { redis, redisBus } from "@cullet/backend-redis";
import { type Cache, createCache } from "@cullet/core";
import {
  BOUND_MS,
  expectNoRejections,
  type FaultProxy,
  startFaultProxy,
  startPostgres,
  startRedis,
} from "@cullet/test-servers";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { type TieredOptions, tiered } from "../src/index.js";

const [redisServer, postgresServer] = await Promise.all([
  startRedis({ own: true }),
  startPostgres({ own: true }),
]);

expectNoRejections({ afterEach, afterAll });

afterAll(async () => {
  await Promise.all([redisServer.stop(), postgresServer.stop()]);
});

/** How soon a connection that hangs is given up: it is asked for a sign of life each second, and has as long for that. */
const NOTICED_MS = 5_000;

/** A cache whose way to its far tier leads through a proxy, and one that writes there by another. */
interface Subject {
  readonly cache: Cache;
  readonly writer: Cache;
  readonly proxy: FaultProxy;
}

let proxies: FaultProxy[] = [];
let opened: Cache[] = [];

afterEach(async () => {
  await Promise.all(opened.map((cache) => cache.close()));
  opened = [];
  await Promise.all(proxies.map((proxy) => proxy.close()));
  proxies = [];
});

function open(options: TieredOptions): Cache {
  const cache = createCache(tiered(options));
  opened.push(cache);
  return cache;
}

async function openProxy(target: { host: string; port: number }): Promise<FaultProxy> {
  const proxy = await startFaultProxy({ target });
  proxies.push(proxy);
  return proxy;
}

/** Waits until a copy is there to stay: what the server says of the write may come after the first was made. */
async function hasCopy(cache: Cache, key: string, value: string): Promise<void> {
  for (let time = 0; time < 5; time += 1) {
    expect(await cache.get(key)).toBe(value);
    await sleep(20);
  }
}

async function timed<T>(call: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  try {
    return await call();
  } finally {
    expect(performance.now() - startedAt).toBeLessThan(BOUND_MS);
  }
}

/** Returns a cache over Redis whose connections lead through the proxy, and one that goes straight to the server. */
async function overRedis(options: Partial<TieredOptions> = {}): Promise<Subject> {
  const proxy = await openProxy(redisServer);
  const cache = open({ far: redis({ location: `redis://${proxy.host}:${proxy.port}/0` }), ...options });
  const writer = createCache(redis({ location: redisServer.url }));
  opened.push(writer);
  await writer.clear({ all: true });
  await cache.ready();
  return { cache, writer, proxy };
}

/** Returns what `overRedis` does over PostgreSQL, with a bus that goes straight to a server. */
async function overPostgres(): Promise<Subject> {
  const proxy = await openProxy(postgresServer);
  const { host, port } = proxy;
  const far = postgresServer.url.replace(/@[^/]*/, `@${host}:${port}`);
  const bus = () => redisBus({ location: redisServer.url });
  const cache = open({ far: db({ location: far }), bus: bus() });
  const writer = open({ far: db({ location: postgresServer.url }), bus: bus() });
  await Promise.all([cache.ready(), writer.ready()]);
  return { cache, writer, proxy };
}

describe("a far tier that is slow to answer", () => {
  it("does not bring back what was changed after it read it", async () => {
    const { cache, writer, proxy } = await overPostgres();
    for (let round = 0; round < 3; round += 1) {
      const key = `key-${round}`;
      await writer.set(key, "old");
      proxy.delay({ replies: 400 });
      const reading = cache.get(key);
      await sleep(200);
      await writer.set(key, "new");
      // It was the value when it was read.
      expect(await reading).toBe("old");
      await proxy.passThrough();
      expect(await cache.get(key)).toBe("new");
    }
  });
});

describe("a connection that breaks", () => {
  it("lets nobody read what was changed meanwhile", async () => {
    const { cache, writer, proxy } = await overRedis();
    for (let round = 0; round < 5; round += 1) {
      await writer.set("key", `old ${round}`);
      await expect.poll(() => cache.get("key").catch(() => "failed")).toBe(`old ${round}`);
      await proxy.refuse();
      proxy.cut();
      await writer.set("key", `new ${round}`);
      await proxy.accept();
      await expect.poll(() => cache.get("key").catch(() => "failed")).toBe(`new ${round}`);
    }
  });

  it("of the bus does so too, and what could not be said is made up for", async () => {
    const proxy = await openProxy(postgresServer);
    const connectionString = postgresServer.url.replace(/@[^/]*/, `@${proxy.host}:${proxy.port}`);
    const far = () => db({ location: postgresServer.url });
    const cache = open({ far: far(), bus: postgresBus({ connectionString: postgresServer.url }) });
    const writer = open({ far: far(), bus: postgresBus({ connectionString }) });
    await Promise.all([cache.ready(), writer.ready()]);
    await writer.set("key", "old");
    await expect.poll(() => cache.get("key")).toBe("old");
    await proxy.refuse();
    proxy.cut();
    // It is done, though others cannot be told.
    await timed(() => writer.set("key", "new"));
    expect(await writer.get("key")).toBe("new");
    await proxy.accept();
    await expect.poll(() => cache.get("key"), { timeout: NOTICED_MS }).toBe("new");
  });
});

describe("a far tier that hangs", () => {
  it("is an error in time, and no copy is used when it may be old", async () => {
    const { cache, writer, proxy } = await overRedis();
    await writer.set("key", "old");
    await expect.poll(() => cache.get("key")).toBe("old");
    proxy.blackhole();
    await writer.set("key", "new");
    await expect
      .poll(() => timed(() => cache.get("key").catch((error: Error) => error.name)), { timeout: NOTICED_MS })
      .toMatch(/^Backend(Timeout)?Error$/);
    await proxy.passThrough();
    await expect.poll(() => cache.get("key").catch(() => "failed"), { timeout: NOTICED_MS }).toBe("new");
  });

  it("is stood in for by the near one, if told to", async () => {
    const { cache, writer, proxy } = await overRedis({ serveNearOnError: true });
    await writer.set("key", "value");
    await hasCopy(cache, "key", "value");
    proxy.blackhole();
    const until = performance.now() + NOTICED_MS;
    while (performance.now() < until) {
      expect(await timed(() => cache.get("key"))).toBe("value");
      await sleep(100);
    }
    await expect(timed(() => cache.get("other"))).rejects.toMatchObject({ code: /^CULLET_BACKEND/ });
  }, 20_000);
});

describe("a far tier that is killed", () => {
  it("is stood in for by the near one, if told to, and used again when it is back", async () => {
    await using server = await startRedis({ own: true });
    const strict = open({ far: server.url });
    const lenient = open({ far: server.url, serveNearOnError: true });
    await strict.set("key", "value");
    await hasCopy(lenient, "key", "value");
    await server.kill();
    await expect
      .poll(() => timed(() => strict.get("key").catch((error: { code: string }) => error.code)))
      .toBe("CULLET_BACKEND");
    expect(await timed(() => lenient.get("key"))).toBe("value");
    await server.restart();
    // It comes back empty.
    await expect
      .poll(() => lenient.get("key").catch(() => "failed"), { timeout: NOTICED_MS })
      .toBeUndefined();
  });

  it("is a miss where the cache is to fail open", async () => {
    await using server = await startRedis({ own: true });
    const cache = createCache({ backend: tiered({ far: server.url }), failOpen: true });
    opened.push(cache);
    await cache.set("key", "value");
    await server.kill();
    await expect.poll(() => timed(() => cache.get("key"))).toBeUndefined();
    expect(cache.stats().errors).toBeGreaterThan(0);
  });
});
