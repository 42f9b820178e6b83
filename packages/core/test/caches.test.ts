import { describe, expect, it } from "vitest";
import {
  type BackendFactory,
  ClosedError,
  createBackend,
  createCache,
  createCaches,
  InvalidConfigError,
} from "../src/index.js";
import { MapBackend } from "./map-backend.js";

const map: BackendFactory = () => new MapBackend();

describe("createCaches", () => {
  it("makes a cache for each alias, apart from each other", async () => {
    const caches = createCaches({ default: { backend: map }, hot: { backend: map } });
    await caches.default.set("k", 1);
    expect(await caches.default.get("k")).toBe(1);
    expect(await caches.hot.get("k")).toBeUndefined();
    expect(Object.keys(caches)).toEqual(["default", "hot"]);
  });

  it("names the aliases there are when asked for another", () => {
    const caches = createCaches({ default: { backend: map }, hot: { backend: map } });
    expect(() => (caches as unknown as Record<string, unknown>).cold).toThrow(
      new InvalidConfigError('caches.cold is not configured; the aliases are "default", "hot"'),
    );
  });

  it("can be awaited, printed and compared as any object", async () => {
    const caches = createCaches({ default: { backend: map } });
    expect(await caches).toBe(caches);
    expect(String(caches)).toBe("[object Object]");
  });

  it.each(["close", "then"])("does not take %s for an alias", (alias) => {
    expect(() => createCaches({ [alias]: { backend: map } })).toThrow(
      new InvalidConfigError(`caches.${alias} cannot be an alias: the name is taken`),
    );
  });

  it.each([
    [null, "null"],
    ["locmem://", '"locmem://"'],
    [[], "an array"],
    [new Map(), "an instance of Map"],
  ])("wants an object, not %j", (configs, shown) => {
    expect(() => createCaches(configs as never)).toThrow(
      `caches must be an object of configurations by alias; got ${shown}`,
    );
  });

  it("closes all, as often as it is asked to", async () => {
    const caches = createCaches({ default: { backend: map }, hot: { backend: map } });
    await caches.default.set("k", 1);
    await caches.close();
    await caches.close();
    await expect(caches.default.get("k")).rejects.toThrow(new ClosedError("caches.default is closed"));
    await expect(caches.hot.get("k")).rejects.toThrow(new ClosedError("caches.hot is closed"));
  });

  it("closes at the end of a block", async () => {
    const backend = new MapBackend();
    let closed = false;
    backend.close = () => {
      closed = true;
    };
    {
      await using caches = createCaches({ default: { backend: () => backend } });
      await caches.default.ready();
    }
    expect(closed).toBe(true);
  });
});

describe("createBackend", () => {
  it("makes the backend of a configuration, and reaches nothing", async () => {
    const made = new MapBackend();
    expect(await createBackend({ backend: () => made, timeout: 60 })).toBe(made);
    expect(await createBackend(made)).toBe(made);
    await expect(createBackend("locmen://")).rejects.toThrow('cache.backend "locmen" needs');
    await expect(createBackend("no URI")).rejects.toThrow(InvalidConfigError);
  });
});

describe("createCache", () => {
  it("takes a backend made by hand", async () => {
    const cache = createCache(new MapBackend());
    await cache.set("k", "v");
    expect(await cache.get("k")).toBe("v");
  });

  it("makes the backend when it is first needed, and again where that failed", async () => {
    let made = 0;
    const cache = createCache({
      backend: () => {
        made += 1;
        if (made === 1) throw new Error("not yet");
        return new MapBackend();
      },
    });
    expect(made).toBe(0);
    await expect(cache.get("k")).rejects.toThrow("not yet");
    expect(await Promise.all([cache.get("k"), cache.get("k"), cache.ready()])).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(made).toBe(2);
  });

  it("connects when asked to be ready, and fails fast", async () => {
    const backend = new MapBackend();
    backend.connect = () => Promise.reject(new Error("nobody there"));
    await expect(createCache(backend).ready()).rejects.toThrow("the backend of cache failed: nobody there");
  });

  it("closes a backend that was still being loaded", async () => {
    const backend = new MapBackend();
    let closed = false;
    backend.close = () => {
      closed = true;
    };
    const cache = createCache({ backend: () => backend });
    const reading = cache.get("k");
    await cache.close();
    await expect(reading).rejects.toThrow("cache is closed");
    expect(closed).toBe(true);
  });
});
