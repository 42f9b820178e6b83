import { describe, expectTypeOf, it } from "vitest";
import {
  type BackendConfig,
  type Cache,
  type CullOptions,
  createCache,
  createCaches,
  parseCacheUri,
} from "../src/index.js";
import { MapBackend } from "./map-backend.js";

interface TypedOptions extends CullOptions {
  clone?: boolean;
}

const typed = (_config: Partial<BackendConfig<TypedOptions>> = {}) => new MapBackend();
const author = (_config: BackendConfig) => new MapBackend();

// Compiled, and run only as far as nothing is loaded: what must not compile is marked so.
describe("the types", () => {
  it("know the aliases", () => {
    const caches = createCaches({ default: "locmem://", hot: { backend: typed }, mine: new MapBackend() });
    expectTypeOf(caches.default).toEqualTypeOf<Cache>();
    expectTypeOf(caches.hot).toEqualTypeOf<Cache>();
    expectTypeOf(caches.mine).toEqualTypeOf<Cache>();
    expectTypeOf(caches.close).returns.toEqualTypeOf<Promise<void>>();
    expectTypeOf<keyof typeof caches>()
      .extract<string>()
      .toEqualTypeOf<"default" | "hot" | "mine" | "close">();
  });

  it("know the options of a factory", () => {
    createCache({ backend: typed, options: { clone: false, maxEntries: 5 } });
    createCache({ backend: author, options: { anything: true } });
    createCache({ backend: "locmem", options: { anything: true, maxEntries: 5 } });
    // @ts-expect-error an option that the backend has not
    createCache({ backend: typed, options: { cloned: false } });
    // @ts-expect-error an option of the wrong type
    createCache({ backend: typed, options: { clone: "no" } });
    // @ts-expect-error the same among several
    createCaches({ hot: { backend: typed, options: { cloned: false } } });
    // @ts-expect-error a wrong type among several
    createCaches({ hot: { backend: typed, options: { clone: "no" } } });
    createCaches({
      hot: { backend: typed, options: { clone: false } },
      cold: { backend: author, options: { any: 1 } },
    });
  });

  it("know the settings of a cache", () => {
    // @ts-expect-error a setting that no cache has
    const single = () => createCache({ backend: "locmem", timeuot: 5 });
    // @ts-expect-error the same among several
    const several = () => createCaches({ hot: { backend: "locmem", timeuot: 5 } });
    expectTypeOf(single).toBeFunction();
    expectTypeOf(several).toBeFunction();
  });

  it("infer what is read", () => {
    const cache = createCache(new MapBackend());
    expectTypeOf(cache.get("k")).toEqualTypeOf<Promise<unknown>>();
    expectTypeOf(cache.get<number>("k")).toEqualTypeOf<Promise<number | undefined>>();
    expectTypeOf(cache.get("k", "none")).toEqualTypeOf<Promise<string>>();
    expectTypeOf(cache.get<string | null>("k", null)).toEqualTypeOf<Promise<string | null>>();
    expectTypeOf(cache.getMany<number>(["k"])).toEqualTypeOf<Promise<Map<string, number>>>();
    expectTypeOf(cache.getOrSet("k", 5)).toEqualTypeOf<Promise<number>>();
    expectTypeOf(cache.getOrSet("k", () => "v")).toEqualTypeOf<Promise<string>>();
    expectTypeOf(cache.getOrSet("k", async () => ({ at: new Date() }))).toEqualTypeOf<
      Promise<{ at: Date }>
    >();
    expectTypeOf(cache.keys()).toExtend<AsyncIterable<string>>();
    expectTypeOf(parseCacheUri("locmem://")).toHaveProperty("backend");
  });

  it("refuse a wrong argument", () => {
    const cache = createCache(new MapBackend());
    expectTypeOf(cache.set).parameter(2).extract<boolean>().toBeNever();
    expectTypeOf(cache.incr).parameter(1).toEqualTypeOf<number | undefined>();
    expectTypeOf(cache.set).returns.toEqualTypeOf<Promise<void>>();
  });
});
