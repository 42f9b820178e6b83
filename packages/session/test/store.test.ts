import { locmem } from "@cullet/backend-locmem";
import { memcached } from "@cullet/backend-memcached";
import { createCache } from "@cullet/core";
import { startMemcached, startRedis } from "@cullet/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CulletStore, type CulletStoreOptions } from "../src/express.js";
import { caches, redisCache, type TestCache } from "./caches.js";

const MINUTE = 60_000;
const session = (more: object = {}) => ({ cookie: { originalMaxAge: MINUTE }, user: "ada", ...more });

describe.each(Object.entries(caches))("a store over %s", (_name, create) => {
  let test: TestCache;
  let prefixes = 0;
  const newStore = (prefix = `sessions${++prefixes}`) => new CulletStore({ cache: test.cache, prefix });
  beforeAll(async () => {
    test = await create();
  });
  afterAll(() => test[Symbol.asyncDispose]());

  it("returns what was stored", async () => {
    const store = newStore();
    const stored = session({ since: new Date(), cart: new Map([["book", 2n]]), nested: { list: [1, null] } });
    await store.set("id", stored);
    expect(await store.get("id")).toEqual(stored);
    await store.set("id", session({ user: "bob" }));
    expect(await store.get("id")).toEqual(session({ user: "bob" }));
  });

  it("has no session of an id that it does not know", async () => {
    const store = newStore();
    await store.touch("id", session());
    expect(await store.get("id")).toBeUndefined();
    expect(await store.length()).toBe(0);
    await store.destroy("another");
  });

  it("ends a session for good: what is stored or touched late is dropped, without an error", async () => {
    const store = newStore();
    await store.set("id", session());
    await store.destroy("id");
    expect(await store.get("id")).toBeUndefined();
    await store.touch("id", session());
    expect(await store.get("id")).toBeUndefined();
    await store.set("id", session());
    expect(await store.get("id")).toBeUndefined();
    expect(await store.length()).toBe(0);
  });

  it("ends a session for good while it is being stored", async () => {
    const store = newStore();
    const ids = Array.from({ length: 50 }, (_, n) => `id${n}`);
    await Promise.all(
      ids.flatMap((id) => [
        store.set(id, session()),
        store.touch(id, session()),
        store.destroy(id),
        store.set(id, session()),
      ]),
    );
    for (const id of ids) expect(await store.get(id)).toBeUndefined();
    expect(await store.length()).toBe(0);
  });

  it("touches the expiry, and not what is stored", async () => {
    const store = newStore("touched");
    await store.set("id", session());
    await store.touch("id", session({ user: "bob", cookie: { originalMaxAge: 10 * MINUTE } }));
    expect(await store.get("id")).toEqual(session());
    const view = test.cache.withPrefix("touched");
    for (const key of ["live:id", "data:id"]) {
      const left = (await view.ttl(key)) ?? 0;
      expect(left).toBeGreaterThan(9 * 60);
      expect(left).toBeLessThanOrEqual(10 * 60);
    }
  });

  it("keeps a session for two weeks whose cookie ends with the browser, or for as long as it was told", async () => {
    const options = { cache: test.cache, prefix: "browser" };
    await new CulletStore(options).set("a", { cookie: { originalMaxAge: null, expires: null } });
    await new CulletStore({ ...options, timeout: "1h" }).set("b", { cookie: { expires: false } });
    const view = test.cache.withPrefix("browser");
    expect(await view.ttl("data:a")).toBeCloseTo(14 * 24 * 3_600, -2);
    expect(await view.ttl("data:b")).toBeCloseTo(3_600, -2);
  });

  it("ends a session whose cookie has ended", async () => {
    const store = newStore();
    await store.set("id", session());
    await store.set("id", session({ cookie: { expires: new Date(Date.now() - 1) } }));
    expect(await store.get("id")).toBeUndefined();
  });

  it("lists, counts and ends all of its sessions, and no others", async () => {
    const store = newStore();
    const other = newStore();
    await other.set("other", session());
    const ids = Array.from({ length: 250 }, (_, n) => `id${n}`);
    await Promise.all(ids.map((id) => store.set(id, session({ number: id }))));
    await store.destroy("id7");
    expect(await store.length()).toBe(249);
    const all = await store.all<{ number: string }>();
    expect(all.map(({ id }) => id).toSorted()).toEqual(ids.filter((id) => id !== "id7").toSorted());
    expect(all.every(({ id, number }) => id === number)).toBe(true);
    await store.clear();
    expect(await store.length()).toBe(0);
    await store.set("id3", session());
    expect(await store.get("id3")).toBeUndefined();
    expect(await other.get("other")).toEqual(session());
  });

  it("tells callbacks of results and errors", async () => {
    const store = newStore();
    const told = <Result>(call: (callback: (...args: [unknown, Result?]) => void) => unknown) =>
      new Promise<[unknown, Result?]>((resolve) => call((...args) => resolve(args)));
    expect(await told((callback) => store.set("id", session(), callback))).toEqual([null, undefined]);
    expect(await told((callback) => store.get("id", callback))).toEqual([null, session()]);
    expect(await told((callback) => store.touch("id", session(), callback))).toEqual([null, undefined]);
    expect(await told((callback) => store.length(callback))).toEqual([null, 1]);
    expect(await told((callback) => store.all(callback))).toEqual([null, [{ ...session(), id: "id" }]]);
    expect(await told((callback) => store.clear(callback))).toEqual([null, undefined]);
    expect(await told((callback) => store.destroy("id", callback))).toEqual([null, undefined]);
    const [error] = await told((callback) => store.set("id", session({ save() {} }), callback));
    expect(error).toMatchObject({ code: "CULLET_SERIALIZATION", message: expect.stringContaining("save") });
  });

  it.each([undefined, "", 5])("refuses %j as an id", async (id) => {
    const store = newStore();
    const refused = {
      name: "TypeError",
      message: expect.stringMatching(/^the id of a session must be text/),
    };
    await expect(store.get(id as string)).rejects.toMatchObject(refused);
    await expect(store.set(id as string, session())).rejects.toMatchObject(refused);
    await expect(store.destroy(id as string)).rejects.toMatchObject(refused);
  });

  it("needs neither a callback nor somebody who waits where an operation fails", async () => {
    const store = newStore();
    store.set("id", session({ save() {} }));
    await store.get("id");
  });
});

describe("a store", () => {
  it.each([
    [{}, "the cache of a session store must be a cache; got undefined"],
    [{ cache: {} }, "the cache of a session store must be a cache; got an object"],
    [
      { timeout: "soon" },
      'the timeout of a session store must be seconds, a string like "5m", or null for never; got "soon"',
    ],
    [{ prefix: "\0" }, /^a prefix must be text/],
  ])("says what is wrong with the options %j", async (options, message) => {
    await using cache = createCache({ backend: locmem, location: "options" });
    const all = "cache" in options || Object.keys(options).length === 0 ? options : { cache, ...options };
    expect(() => new CulletStore(all as CulletStoreOptions)).toThrow(message);
  });

  it("takes no cache that fails open", async () => {
    await using cache = createCache({ backend: locmem, location: "options", failOpen: true });
    expect(() => new CulletStore({ cache })).toThrow(
      "the cache of a session store must not have failOpen: an outage would log everybody out",
    );
  });

  it("ends a session in a store that is full, and tells of what it could not do", async () => {
    await using server = await startRedis({ own: true });
    await using cache = redisCache(server);
    const store = new CulletStore({ cache });
    await store.set("id", session());
    await server.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
    await server.command("CONFIG", "SET", "maxmemory", "1");
    await expect(store.destroy("id")).rejects.toMatchObject({ code: "CULLET_BACKEND" });
    await expect(store.set("other", session())).rejects.toMatchObject({ code: "CULLET_BACKEND" });
    expect(await store.get("id")).toBeUndefined();
    expect(await store.get("other")).toBeUndefined();
  });
});

describe("a store over memcached", () => {
  it("ends sessions for good, and says that it cannot list them", async () => {
    await using server = await startMemcached(1, { own: true });
    const { host, port } = server.servers[0] as { host: string; port: number };
    await using cache = createCache({ backend: memcached, location: `${host}:${port}` });
    const store = new CulletStore({ cache });
    await store.set("id", session());
    expect(await store.get("id")).toEqual(session());
    await store.destroy("id");
    await store.set("id", session());
    expect(await store.get("id")).toBeUndefined();
    for (const listing of [store.all(), store.length(), store.clear()]) {
      await expect(listing).rejects.toMatchObject({ code: "CULLET_UNSUPPORTED" });
    }
  });
});
