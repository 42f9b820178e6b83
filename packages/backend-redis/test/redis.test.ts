import { once } from "node:events";
import { inspect } from "node:util";
import { createCache } from "@cullet/core";
import { failureOf, startFaultProxy, startRedis } from "@cullet/test-servers";
import { Redis } from "ioredis";
import { afterAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { redis } from "../src/index.js";
import { cacheOf, listed } from "./helpers.js";

const server = await startRedis({ own: true });

afterAll(() => server.stop());

describe("what another program keeps at a key", () => {
  it("in another type is a miss, and stored over", async () => {
    await using cache = cacheOf(server);
    await server.command("DEL", ":1:list");
    await server.command("RPUSH", ":1:list", "a", "b");
    expect(await cache.get("list", "default")).toBe("default");
    expect(await Promise.all([cache.get("list"), cache.get("none")])).toEqual([undefined, undefined]);
    expect(await cache.getMany(["list"])).toEqual(new Map());
    await expect(cache.incr("list")).rejects.toMatchObject({
      code: "CULLET_NOT_AN_INTEGER",
      message: 'incr needs an integer at ":1:list"; the value there is none',
    });
    expect(await cache.add("list", 1)).toBe(false);
    expect(await cache.getOrSet("list", () => "made")).toBe("made");
    expect(await cache.get("list")).toBe("made");
  });

  it("that cannot be decoded is a miss, counted", async () => {
    await using cache = cacheOf(server);
    await server.command("SET", ":1:poison", "not ours");
    expect(await cache.get("poison")).toBeUndefined();
    expect(cache.stats()).toMatchObject({ undecodable: 1, errors: 0 });
    await cache.set("poison", "ours");
    expect(await cache.get("poison")).toBe("ours");
  });

  it("in an integer counts, as far as it is one of ours", async () => {
    await using cache = cacheOf(server);
    await server.command("SET", ":1:number", "41");
    expect(await cache.incr("number")).toBe(42);
    for (const text of ["9007199254740993", "007", "1e3", "-0", "0x10", " 5", "9223372036854775807"]) {
      await server.command("SET", ":1:number", text);
      await expect(cache.incr("number")).rejects.toMatchObject({ code: "CULLET_NOT_AN_INTEGER" });
      expect(await server.command("GET", ":1:number")).toBe(text);
    }
  });
});

describe("a user of the server who may not run scripts, nor ask for several keys", () => {
  it("has a cache that works but for counting", async () => {
    await server.command(
      "ACL",
      "SETUSER",
      "little",
      "on",
      ">pw",
      "~*",
      "+@all",
      "-eval",
      "-evalsha",
      "-mget",
    );
    await using cache = createCache({
      backend: redis,
      location: `redis://little:pw@${server.host}:${server.port}/0`,
    });
    await Promise.all([1, 2, 3].map((n) => cache.set(`little-${n}`, n)));
    expect(await Promise.all([1, 2, 3].map((n) => cache.get(`little-${n}`)))).toEqual([1, 2, 3]);
    expect(await cache.setMany({ "little-4": 4, "little-5": 5 })).toEqual([]);
    expect((await failureOf(() => cache.incr("little-1"))).message).toContain("refused this incr: NOPERM");
  });
});

describe("a user of the server who may add, and not subtract", () => {
  it("changes no counter that is refused, by itself nor among others", async () => {
    await server.command("ACL", "SETUSER", "adder", "on", ">pw", "~*", "+@all", "-decrby");
    await using cache = createCache({
      backend: redis,
      location: `redis://adder:pw@${server.host}:${server.port}/0`,
    });
    const largest = Number.MAX_SAFE_INTEGER;
    await cache.setMany({ most: largest, least: -largest, few: 1 });
    await expect(cache.incr("most")).rejects.toMatchObject({ code: "CULLET_NOT_AN_INTEGER" });
    const codes = [["most", 2] as const, ["least", -3] as const, ["few", 4] as const].map(([key, delta]) =>
      cache.incr(key, delta).catch((error: { code?: unknown }) => error.code),
    );
    expect(await Promise.all(codes)).toEqual(["CULLET_NOT_AN_INTEGER", "CULLET_NOT_AN_INTEGER", 5]);
    expect(await cache.getMany(["most", "least", "few"])).toEqual(
      new Map([
        ["most", largest],
        ["least", -largest],
        ["few", 5],
      ]),
    );
  });
});

describe("calls of one tick", () => {
  it("are done in the order they were made, also where the server has yet to learn the scripts", async () => {
    await server.command("SCRIPT", "FLUSH");
    await using cache = cacheOf(server);
    const results = await Promise.all([
      cache.delete("order"),
      cache.get("order"),
      cache.set("order", 1),
      cache.get("order"),
      cache.set("order", 2, 60),
      cache.set("order", 3, null),
      cache.incr("order"),
      cache.incr("order"),
      cache.get("order"),
      cache.ttl("order"),
      cache.delete("order"),
      cache.add("order", "x".repeat(50_000)),
      cache.has("order"),
    ]);
    expect(results.slice(1)).toEqual([
      undefined,
      undefined,
      1,
      undefined,
      undefined,
      4,
      5,
      5,
      null,
      true,
      true,
      true,
    ]);
  });

  it("add what each was told to, be that the same for all or not", async () => {
    await using cache = cacheOf(server);
    const names = ["a", "b", "c"];
    for (const name of names) await cache.set(`sum-${name}`, 10);
    const add = (deltas: readonly number[]) =>
      Promise.all(names.map((name, at) => cache.incr(`sum-${name}`, deltas[at])));
    expect(await add([5, 5, 5])).toEqual([15, 15, 15]);
    expect(await add([1, -20, 3])).toEqual([16, -5, 18]);
  });

  it("keep the timeout that each was given", async () => {
    await using cache = cacheOf(server);
    await Promise.all([
      cache.set("a", 1, 10),
      cache.set("b", 1, 20),
      cache.set("c", 1, 20),
      cache.set("d", 1, null),
    ]);
    const left = await Promise.all(["a", "b", "c", "d"].map((key) => cache.ttl(key)));
    expect(left.map((seconds) => seconds && Math.ceil(seconds))).toEqual([10, 20, 20, null]);
  });
});

describe.each([
  ["a client of its own", (user: string) => ({ location: `redis://${user}${server.host}:${server.port}/0` })],
  [
    "the application's client",
    (user: string) => ({
      options: { client: new Redis(`redis://${user}${server.host}:${server.port}/0`, { lazyConnect: true }) },
    }),
  ],
])("what is stored in one tick through %s", (_, configOf) => {
  const cacheFor = async (user = "") => {
    const config = configOf(user);
    const cache = createCache({ backend: redis, ...config });
    await cache.ready();
    onTestFinished(async () => {
      await cache.close();
      if ("options" in config) config.options.client.disconnect();
    });
    return cache;
  };

  it("comes back, whatever its key, size, type and timeout", async () => {
    const cache = await cacheFor();
    const entries: [string, unknown, number | null][] = [
      ["ascii", "text", 60],
      ["küche 日本", "Käse", 60],
      ["integer", -12, 60],
      ["empty", "", null],
      ["bytes", Buffer.from([0x0d, 0x0a, 0xff, 0x00]), 120],
      ["longer", "x".repeat(300), 60],
      ["object", { a: [1, null, "ü"] }, null],
    ];
    const large: [string, unknown, number | null] = ["large", "y".repeat(50_000), 60];
    for (const all of [entries, [...entries, large]]) {
      await cache.clear();
      await Promise.all(all.map(([key, value, timeout]) => cache.set(key, value, timeout)));
      for (const [key, value, timeout] of all) {
        expect(await cache.get(key)).toEqual(value);
        const left = await cache.ttl(key);
        expect(left && Math.ceil(left)).toBe(timeout);
      }
    }
  });

  it("comes back, however much it is", async () => {
    const cache = await cacheFor();
    const names = Array.from({ length: 300 }, (_, n) => `many-${n}`);
    await Promise.all(names.map((name) => cache.set(name, `value of ${name}`)));
    expect(await cache.getMany(names)).toEqual(new Map(names.map((name) => [name, `value of ${name}`])));
    expect(await cache.setMany(Object.fromEntries(names.map((name) => [name, name])))).toEqual([]);
    expect(await cache.getMany(names)).toEqual(new Map(names.map((name) => [name, name])));
  });

  it("is dropped in one tick too, which tells what was there", async () => {
    const cache = await cacheFor();
    const names = Array.from({ length: 40 }, (_, n) => `dröp-${n}`);
    const isThere = (_name: string, at: number) => at % 3 !== 0;
    await Promise.all(names.filter(isThere).map((name) => cache.set(name, name)));
    expect(await Promise.all(names.map((name) => cache.delete(name)))).toEqual(names.map(isThere));
    expect(await cache.getMany(names)).toEqual(new Map());
  });

  it("is refused alone where the user may not store it", async () => {
    await server.command("ACL", "SETUSER", "narrow", "on", ">pw", "~:1:mine-*", "+@all");
    const cache = await cacheFor("narrow:pw@");
    const names = Array.from({ length: 40 }, (_, n) => (n % 3 === 0 ? `theirs-${n}` : `mine-${n}`));
    const results = await Promise.allSettled(names.map((name) => cache.set(name, name)));
    for (const [at, name] of names.entries()) {
      if (name.startsWith("mine")) {
        expect(results[at]).toMatchObject({ status: "fulfilled" });
        expect(await cache.get(name)).toBe(name);
      } else {
        expect(results[at]).toMatchObject({
          status: "rejected",
          reason: { code: "CULLET_BACKEND", message: expect.stringContaining("refused this set: NOPERM") },
        });
        expect(await server.command("EXISTS", `:1:${name}`)).toBe(0);
      }
    }
  });
});

describe("many keys", () => {
  it("are read, stored and dropped in one round trip", async () => {
    await using proxy = await startFaultProxy({ target: server });
    await using cache = cacheOf(proxy);
    await cache.ready();
    const entries = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`many-${n}`, `value ${n}`]));
    await cache.setMany(entries);
    proxy.delay({ replies: 400 });
    const steps = [() => cache.setMany(entries), () => cache.getMany(Object.keys(entries))];
    for (const step of [...steps, () => cache.deleteMany(Object.keys(entries))]) {
      const startedAt = performance.now();
      await step();
      expect(performance.now() - startedAt).toBeLessThan(800);
    }
  });
});

describe("clear", () => {
  const location = `redis://${server.host}:${server.port}/4`;

  it("with the default prefix leaves the keys of others alone, and looks for its own page by page", async () => {
    await using cache = createCache({ backend: redis, location });
    await using other = createCache({ backend: redis, location, keyPrefix: "other" });
    await other.set("key", "theirs");
    await cache.setMany(Object.fromEntries(Array.from({ length: 2_500 }, (_, n) => [`key-${n}`, n])));
    await server.command("CONFIG", "RESETSTAT");
    await cache.clear();
    expect(await listed(cache)).toEqual([]);
    expect(await other.get("key")).toBe("theirs");
    const commands = String(await server.command("INFO", "commandstats"));
    expect(commands).toContain("cmdstat_unlink:");
    expect(commands).not.toMatch(/cmdstat_(flushdb|flushall|keys|del):/);
  });

  it("of all empties the database, and no other one", async () => {
    await using cache = createCache({ backend: redis, location });
    await using elsewhere = createCache({ backend: redis, location: location.replace(/4$/, "5") });
    await cache.set("key", 1);
    await elsewhere.set("key", 1);
    await cache.clear({ all: true });
    expect(await cache.has("key")).toBe(false);
    expect(await elsewhere.has("key")).toBe(true);
  });
});

describe("a server over TLS", () => {
  it("is trusted by its certificate, and by no other", async () => {
    const guarded = await startRedis({ own: true, tls: true, password: "secret" });
    try {
      await using cache = createCache({
        backend: redis,
        location: guarded.url,
        options: { tls: { ca: guarded.ca } },
      });
      await cache.set("key", "value");
      expect(await cache.get("key")).toBe("value");
      await using stranger = createCache({ backend: redis, location: guarded.url });
      expect((await failureOf(() => stranger.get("key"))).message).toContain(
        `rediss://${guarded.host}:${guarded.port} cannot be reached: self-signed certificate`,
      );
      await using plain = createCache({ backend: redis, location: guarded.url.replace("rediss", "redis") });
      expect(await failureOf(() => plain.get("key"))).toMatchObject({ code: "CULLET_BACKEND" });
      expect(
        inspect([cache, stranger, redis({ location: guarded.url })], { depth: 9, showHidden: true }),
      ).not.toContain("secret");
    } finally {
      await guarded.stop();
    }
  });
});

describe("a cluster over TLS", () => {
  it("is reached on every connection by the certificate that is trusted", async () => {
    // A cluster of one, which keeps all slots. Nobody else could tell it its address.
    const args = ["--cluster-enabled", "yes", "--tls-cluster", "yes", "--cluster-announce-ip", "127.0.0.1"];
    const guarded = await startRedis({ own: true, tls: true, password: "secret", args });
    try {
      await guarded.command("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
      await vi.waitFor(async () => {
        expect(await guarded.command("CLUSTER", "INFO")).toContain("cluster_state:ok");
      }, 10_000);
      const location = guarded.url.replace(/^rediss:(.*)\/0$/, "rediss+cluster:$1");
      const tls = { ca: guarded.ca };
      await using cache = createCache({ backend: redis, location, options: { tls } });
      await cache.setMany({ a: 1, b: "two" });
      expect(await cache.getMany(["a", "b", "c"])).toEqual(
        new Map<string, unknown>([
          ["a", 1],
          ["b", "two"],
        ]),
      );
      expect(await Promise.all([cache.incr("a"), cache.get("b")])).toEqual([2, "two"]);
      await using stranger = createCache({ backend: redis, location });
      expect(await failureOf(() => stranger.get("a"))).toMatchObject({ code: "CULLET_BACKEND" });
    } finally {
      await guarded.stop();
    }
  });
});

describe("a server on a Unix socket", () => {
  it("is reached by the path", async () => {
    const local = await startRedis({ own: true, unixSocket: true });
    try {
      await using cache = createCache({ backend: redis, location: `redis://${local.socketPath}` });
      await cache.set("key", "value");
      expect(await cache.get("key")).toBe("value");
    } finally {
      await local.stop();
    }
  });
});

describe("the prefix", () => {
  it("may hold what is a wildcard to Redis", async () => {
    const caches = ["a*", "a[b]", "a?", "a\\", "ab"].map((keyPrefix) =>
      createCache({ backend: redis, location: `redis://${server.host}:${server.port}/3`, keyPrefix }),
    );
    for (const cache of caches) await cache.set("key", 1, null);
    for (const [at, cache] of caches.entries()) {
      expect(await listed(cache)).toEqual(["key"]);
      await cache.clear();
      for (const other of caches.slice(at + 1)) expect(await other.has("key")).toBe(true);
    }
    for (const cache of caches) await cache.close();
  });
});

describe("a client that the application has", () => {
  it("is not closed, and reports after it was that it is", async () => {
    const client = new Redis(server.port, server.host, { lazyConnect: true });
    const cache = createCache({ backend: redis, options: { client } });
    await cache.set("key", "value");
    await cache.close();
    expect(await client.exists(":1:key")).toBe(1);
    client.disconnect();
    await once(client, "end");
    await using second = createCache({ backend: redis, options: { client } });
    expect((await failureOf(() => second.get("key"))).message).toBe(
      `redis://${server.host}:${server.port} cannot be reached: the connection was closed`,
    );
  });

  it("keeps none of the listeners that the cache gave it", async () => {
    const client = new Redis(server.port, server.host);
    await once(client, "ready");
    const listeners = () => client.eventNames().map((name) => [name, client.listenerCount(name)]);
    const before = listeners();
    const cache = createCache({ backend: redis, options: { client } });
    await cache.set("key", "value");
    expect(listeners()).not.toEqual(before);
    await cache.close();
    expect(listeners()).toEqual(before);
    client.disconnect();
  });

  it("may be set to return integers as text", async () => {
    const client = new Redis(server.port, server.host, { stringNumbers: true });
    await using cache = createCache({ backend: redis, options: { client } });
    await cache.set("counter", 5, 60);
    expect(await cache.incr("counter")).toBe(6);
    expect(await cache.ttl("counter")).toBeGreaterThan(59);
    expect([
      await cache.has("counter"),
      await cache.delete("counter"),
      await cache.deleteMany(["x"]),
    ]).toEqual([true, true, 0]);
    await client.quit();
  });

  it("has no prefix of its own, and no location beside it", async () => {
    const client = new Redis({ lazyConnect: true, keyPrefix: "app:" });
    expect(() => redis({ options: { client } })).toThrow("cache.options.client must have no keyPrefix");
    const plain = new Redis({ lazyConnect: true });
    expect(() => redis({ location: "redis://host", options: { client: plain } })).toThrow(
      "cache.location must be left out where options.client is given",
    );
  });
});
