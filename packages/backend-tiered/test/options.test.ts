import { file } from "@cullet/backend-file";
import { locmem } from "@cullet/backend-locmem";
import { createBackend, createCache } from "@cullet/core";
import { describe, expect, it } from "vitest";
import { type TieredOptions, tiered } from "../src/index.js";
import { Store, StoreBackend } from "./store.js";

const far = () => new StoreBackend(new Store(), { tells: true });

describe("what tiered takes", () => {
  it.each([
    [{}, "tiered.options.far must be a URI, a configuration or a backend; it is missing"],
    [{ far: 1 }, "tiered.options.far must be a URI, a configuration or a backend; got 1"],
    [{ far: "locmem://", nearTimeout: 0 }, "tiered.options.nearTimeout must be seconds above zero"],
    [{ far: "locmem://", nearTimeout: null }, "tiered.options.nearTimeout must be seconds above zero"],
    [{ far: "locmem://", bus: {} }, "tiered.options.bus must be a bus, with listen and publish"],
    [{ far: "locmem://", watch: "no" }, "tiered.options.watch must be true or false"],
    [{ far: "locmem://", nearTimout: 1 }, "tiered.options.nearTimout"],
  ])("is not %j", (options, message) => {
    expect(() => tiered(options as unknown as TieredOptions)).toThrow(message);
  });

  it.each([
    ["locmem://?timeout=3", "tiered.options.far.timeout must be a setting of the cache"],
    [{ backend: "locmem", keyPrefix: "app" }, "tiered.options.far.keyPrefix must be a setting of the cache"],
    [{ backend: "locmem", options: { maxEntries: 0 } }, "tiered.options.far.options.maxEntries"],
    ["nowhere://", "tiered.options.far.backend"],
  ])("has no far tier %j", async (source, message) => {
    await expect(createCache(tiered({ far: source })).get("key")).rejects.toThrow(message);
  });

  it("has no near tier outside of this process's memory", async () => {
    const near = file({ location: "/tmp/never-made" });
    await expect(createCache(tiered({ far: far(), near })).get("key")).rejects.toThrow(
      "tiered.options.near must keep its entries in this process's memory, as locmem does; FileBackend keeps bytes",
    );
  });

  it("may be URIs, configurations, factories and backends made by hand", async () => {
    for (const near of [
      "locmem://near",
      { backend: "locmem", location: "near" },
      { backend: locmem },
      locmem(),
    ]) {
      await using cache = createCache(tiered({ far: "locmem://far", near }));
      await cache.set("key", "value");
      expect(await cache.get("key")).toBe("value");
      expect(await cache.get("key")).toBe("value");
      await cache.clear();
    }
  });

  it("may be the options of a configuration, by name and by factory", async () => {
    const options = { far: far(), nearTimeout: "1s" };
    for (const backend of ["tiered", tiered]) {
      await using cache = createCache({ backend, options, keyPrefix: "app" } as { backend: "tiered" });
      await cache.set("key", "value");
      expect(await cache.get("key")).toBe("value");
      await cache.clear();
    }
  });

  it("does not mix up copies with what others keep in the same memory", async () => {
    const near = "locmem://shared";
    await using one = createCache(tiered({ far: far(), near }));
    await using two = createCache(tiered({ far: far(), near }));
    await using plain = createCache(near);
    await one.set("key", "one");
    await two.set("key", "two");
    await plain.set("key", "plain");
    for (let time = 0; time < 3; time += 1) {
      expect(await one.get("key")).toBe("one");
      expect(await two.get("key")).toBe("two");
    }
  });
});

describe("the near tier", () => {
  it("holds no more than it may", async () => {
    const store = far();
    await using cache = createCache(
      tiered({ far: store, near: { backend: locmem, location: "few", options: { maxEntries: 10 } } }),
    );
    const keys = Array.from({ length: 100 }, (_, at) => `key-${at}`);
    await cache.setMany(keys.map((key) => [key, "value"] as const));
    for (const key of keys) await cache.get(key);
    const { reads } = store;
    for (const key of keys.toReversed()) await cache.get(key);
    expect(store.reads - reads).toBeGreaterThanOrEqual(90);
  });

  it("counts the bytes of copies, and does without what is too large for it", async () => {
    const store = far();
    const near = { backend: locmem, location: "small", options: { maxBytes: 2_000 } };
    await using cache = createCache(tiered({ far: store, near }));
    await cache.setMany({ small: "x".repeat(500), large: "x".repeat(5_000) });
    await cache.getMany(["small", "large"]);
    const { reads } = store;
    expect(await cache.get("small")).toHaveLength(500);
    expect(store.reads).toBe(reads);
    expect(await cache.get("large")).toHaveLength(5_000);
    expect(store.reads).toBe(reads + 1);
  });
});

describe("a tiered backend", () => {
  it("has the features of its far tier, but that what is culled is not seen at once", async () => {
    const backend = await createBackend(tiered({ far: locmem({ location: "features" }) }));
    expect(backend.features).toEqual({ ...locmem().features, culls: false });
    await backend.close();
  });

  it("says so when it is asked before it is loaded", () => {
    expect(() => tiered({ far: far() }).has("key")).toThrow(
      "load() must be waited for before anything is asked",
    );
  });

  it("closes both tiers", async () => {
    const closed: string[] = [];
    const [one, two] = [far(), locmem({ location: "closed" })];
    one.close = () => void closed.push("far");
    two.close = () => void closed.push("near");
    const cache = createCache(tiered({ far: one, near: two }));
    await cache.get("key");
    await cache.close();
    expect(closed).toEqual(["far", "near"]);
    expect(one.store.listeners.size).toBe(0);
  });
});
