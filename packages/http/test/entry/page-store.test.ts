import { randomUUID } from "node:crypto";
import { locmem } from "@cullet/backend-locmem";
import { BaseBackend, type Cache, createCache } from "@cullet/core";
import { chaos } from "@cullet/core/testing";
import { describe, expect, it, vi } from "vitest";
import { fieldValue } from "../../src/cache/field-value.js";
import type { Entry } from "../../src/entry/entry.js";
import { PageStore, purgeUrl } from "../../src/entry/page-store.js";
import { HeaderList } from "../../src/message/header-list.js";

const URL_OF_PAGE = "http://example.com/page";

let caches = 0;

function newCache(): Cache {
  caches += 1;
  return createCache({ backend: locmem, location: `page-store-${caches}`, options: { maxEntries: 10_000 } });
}

function storeOn(cache: Cache, { scope = "s", maxVariants = 512 } = {}): PageStore {
  return new PageStore({ cache, scope, maxVariants, fieldOf: fieldValue });
}

function request(fields: Record<string, string> = {}, url = URL_OF_PAGE) {
  return { url, headers: new HeaderList(Object.entries(fields)) };
}

function entry(text: string, storedAt = 1_000): Entry {
  const times = {
    storedAt,
    initialAge: 0,
    lifetime: 60,
    staleWhileRevalidate: 0,
    staleIfError: 0,
    mustValidate: false,
    mayBeStale: false,
  };
  return { status: 200, reason: "", headers: new HeaderList(), body: Buffer.from(text), times };
}

const KEPT = { ttlMs: 60_000, tags: [] };

async function save(
  store: PageStore,
  text: string,
  { fields = {}, names = [] as string[], storedAt = 1_000 } = {},
): Promise<boolean> {
  const lookup = await store.lookup(request(fields));
  if (lookup === undefined) throw new Error("the store could not be asked");
  return store.save(lookup, entry(text, storedAt), { ...KEPT, names });
}

async function textFor(store: PageStore, fields: Record<string, string> = {}): Promise<string | undefined> {
  const found = await store.lookup(request(fields));
  return found?.entry && Buffer.from(found.entry.body).toString();
}

describe("a page store", () => {
  it("finds what it stored, also by another that shares the cache", async () => {
    const cache = newCache();
    const store = storeOn(cache);
    expect(await textFor(store)).toBeUndefined();
    expect(await save(store, "page")).toBe(true);
    expect(await textFor(store)).toBe("page");
    expect(await textFor(store)).toBe("page");
    expect(await textFor(storeOn(cache))).toBe("page");
    expect(await textFor(storeOn(cache, { scope: "another" }))).toBeUndefined();
  });

  it("finds each variant by the fields that its response varies on", async () => {
    const store = storeOn(newCache());
    await save(store, "none", { names: ["x-a"] });
    await save(store, "one", { names: ["x-a"], fields: { "X-A": "1" } });
    await save(store, "empty", { names: ["x-a"], fields: { "X-A": "" } });
    expect(await textFor(store)).toBe("none");
    expect(await textFor(store, { "X-A": "1", "X-B": "1" })).toBe("one");
    expect(await textFor(store, { "X-A": "" })).toBe("empty");
    expect(await textFor(store, { "X-A": "2" })).toBeUndefined();
  });

  it("keeps variants of several lists, and returns the latest that matches", async () => {
    const store = storeOn(newCache());
    await save(store, "plain", { storedAt: 1 });
    await save(store, "a", { names: ["x-a"], fields: { "X-A": "1" }, storedAt: 2 });
    expect(await textFor(store, { "X-A": "1" })).toBe("a");
    expect(await textFor(store, { "X-A": "2" })).toBe("plain");
    await save(store, "newer", { storedAt: 3, fields: { "X-A": "1" } });
    expect(await textFor(store, { "X-A": "1" })).toBe("newer");
  });

  it("keeps as many variants of a URL as it may, and drops the oldest", async () => {
    const cache = newCache();
    const store = storeOn(cache, { maxVariants: 4 });
    for (let value = 0; value < 20; value += 1) {
      await save(store, `page ${value}`, { names: ["x-a"], fields: { "X-A": String(value) } });
    }
    const found = await Promise.all(
      Array.from({ length: 20 }, (_, value) => textFor(store, { "X-A": String(value) })),
    );
    expect(found.filter((text) => text !== undefined)).toEqual(["page 16", "page 17", "page 18", "page 19"]);
  });

  it("bounds them too where there is an entry that does not vary", async () => {
    const store = storeOn(newCache(), { maxVariants: 4 });
    await save(store, "plain", { storedAt: 2_000 });
    for (let value = 0; value < 20; value += 1) {
      const fields = { "X-A": String(value) };
      await save(store, `page ${value}`, { names: ["x-a"], fields, storedAt: 3_000 });
    }
    expect(await textFor(store, { "X-A": "0" })).toBe("plain");
    expect(await textFor(store, { "X-A": "19" })).toBe("page 19");
  });

  it("finds nothing of a purged URL, in any layer", async () => {
    const cache = newCache();
    const stores = [storeOn(cache), storeOn(cache, { scope: "another" })];
    for (const store of stores) await save(store, "page", { names: ["x-a"], fields: { "X-A": "1" } });
    await purgeUrl(cache, URL_OF_PAGE);
    for (const store of stores) expect(await textFor(store, { "X-A": "1" })).toBeUndefined();
    for (const store of stores) expect(await save(store, "new")).toBe(true);
    for (const store of stores) expect(await textFor(store)).toBe("new");
  });

  it.each(["known", "unknown"])(
    "stores nothing that was looked up before a purge of a URL that was %s",
    async (was) => {
      const cache = newCache();
      const store = storeOn(cache);
      if (was === "known") await save(store, "old");
      const lookup = await store.lookup(request());
      await purgeUrl(cache, URL_OF_PAGE);
      if (lookup === undefined) throw new Error("the store could not be asked");
      expect(await store.save(lookup, entry("late"), { ...KEPT, names: [] })).toBe(false);
      expect(await textFor(store)).toBeUndefined();
    },
  );

  it("stores nothing that was looked up before the cache was cleared", async () => {
    const cache = newCache();
    const store = storeOn(cache);
    await save(store, "old");
    const lookup = await store.lookup(request());
    await cache.clear();
    if (lookup === undefined) throw new Error("the store could not be asked");
    expect(await store.save(lookup, entry("late"), { ...KEPT, names: [] })).toBe(false);
  });

  it("finds no entry that somebody tampered with", async () => {
    const cache = newCache();
    const store = storeOn(cache);
    await save(store, "page");
    for await (const key of cache.keys()) await cache.set(key, "[200]\nforged");
    expect(await textFor(store)).toBeUndefined();
    expect(await textFor(storeOn(cache))).toBeUndefined();
  });

  it("does not fail where the store is gone before the change of a record, and its lock, could be told", async () => {
    const backend = chaos(locmem({ location: randomUUID() }));
    const store = storeOn(createCache(backend));
    expect(await save(store, "one")).toBe(true);
    const lookup = await store.lookup(request());
    if (lookup === undefined) throw new Error("the store could not be asked");
    let isGone = false;
    const add = vi.spyOn(backend, "add").mockImplementationOnce(async (...given) => {
      const hasLock = await backend.add(...given);
      backend.cause({ errors: 1 });
      isGone = hasLock;
      return hasLock;
    });
    // Another list of fields: the record has to change.
    expect(await store.save(lookup, entry("two"), { ...KEPT, names: ["accept"] })).toBe(false);
    expect(isGone).toBe(true);
    add.mockRestore();
  });

  it("neither finds nor stores anything where the store is not there, and does not fail", async () => {
    const store = storeOn(createCache(new DeadBackend()));
    expect(await store.lookup(request())).toBeUndefined();
    const nothing = { entry: undefined, generation: undefined, keys: [], key: undefined };
    const lookup = { ...nothing, request: request(), record: "http:page" };
    expect(await store.save(lookup, entry("page"), { ...KEPT, names: [] })).toBe(false);
  });
});

class DeadBackend extends BaseBackend {
  get(): Promise<never> {
    return Promise.reject(new Error("gone"));
  }
  set(): Promise<never> {
    return Promise.reject(new Error("gone"));
  }
  delete(): Promise<never> {
    return Promise.reject(new Error("gone"));
  }
  clear(): Promise<never> {
    return Promise.reject(new Error("gone"));
  }
}
