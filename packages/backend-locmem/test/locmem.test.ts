import { createCache } from "@cullet/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { locmem } from "../src/index.js";
import { LocMemStore } from "../src/locmem-store.js";

let stores = 0;
const unused = () => `test-${stores++}`;

describe("caches of one name", () => {
  it("share their entries, those of another do not", async () => {
    const name = unused();
    const [one, two, other] = [name, name, unused()].map((location) =>
      createCache({ backend: locmem, location }),
    );
    await one?.set("k", "v");
    expect(await two?.get("k")).toBe("v");
    expect(await other?.get("k")).toBeUndefined();
  });

  it("keep them when one is closed", async () => {
    const location = unused();
    const one = createCache({ backend: locmem, location });
    await one.set("k", "v");
    await one.close();
    expect(await createCache({ backend: locmem, location }).get("k")).toBe("v");
  });
});

describe("culling", () => {
  const full = async () => {
    const cache = createCache({
      backend: locmem,
      location: unused(),
      options: { maxEntries: 3, cullFrequency: 3 },
    });
    for (const key of ["a", "b", "c"]) await cache.set(key, 1);
    return cache;
  };

  it.each([
    ["get", "b", async (cache: Awaited<ReturnType<typeof full>>) => void (await cache.get("a"))],
    ["getMany", "b", async (cache) => void (await cache.getMany(["a"]))],
    ["set", "b", (cache) => cache.set("a", 2)],
    ["incr", "b", async (cache) => void (await cache.incr("a"))],
    ["has", "a", async (cache) => void (await cache.has("a"))],
    ["touch", "a", async (cache) => void (await cache.touch("a", 99))],
    ["ttl", "a", async (cache) => void (await cache.ttl("a"))],
    ["explain", "a", async (cache) => void (await cache.explain("a"))],
    ["an add that finds it", "a", async (cache) => void (await cache.add("a", 2))],
  ] satisfies [string, string, (cache: Awaited<ReturnType<typeof full>>) => Promise<void>][])(
    "after %s of the oldest drops %s",
    async (_what, dropped, use) => {
      const cache = await full();
      await use(cache);
      await cache.set("d", 1);
      const left = await cache.getMany(["a", "b", "c", "d"]);
      expect(["a", "b", "c", "d"].filter((key) => !left.has(key))).toEqual([dropped]);
    },
  );
});

describe("clone: false", () => {
  it("hands out the very value", async () => {
    const cache = createCache({ backend: locmem, location: unused(), options: { clone: false } });
    const value = { method: () => 5 };
    await cache.set("k", value);
    expect(await cache.get("k")).toBe(value);
  });

  it("takes no promise", async () => {
    const cache = createCache({ backend: locmem, location: unused(), options: { clone: false } });
    await expect(cache.set("k", Promise.resolve(1))).rejects.toMatchObject({ code: "CULLET_SERIALIZATION" });
  });

  it("does not share a name with copies", async () => {
    const location = unused();
    const references = createCache({ backend: locmem, location, options: { clone: false } });
    const copies = createCache({ backend: locmem, location });
    await references.set("reference", { a: 1 });
    await copies.set("copy", { a: 1 });
    expect(await copies.get("reference")).toBeUndefined();
    expect(copies.stats().undecodable).toBe(1);
    expect(await references.get("copy")).toBeUndefined();
  });
});

describe("maxBytes", () => {
  const small = () => createCache({ backend: locmem, location: unused(), options: { maxBytes: 1_000 } });

  it("lets the least recently used go until what is there fits", async () => {
    const cache = small();
    await cache.set("a", "x".repeat(400));
    await cache.set("b", "x".repeat(400));
    await cache.get("a");
    await cache.set("c", "x".repeat(400));
    expect([...(await cache.getMany(["a", "b", "c"])).keys()]).toEqual(["a", "c"]);
  });

  it("counts what a value was replaced by, and not what went", async () => {
    const cache = small();
    for (let n = 0; n < 50; n += 1) await cache.set("a", "x".repeat(300));
    await cache.set("b", "x".repeat(300));
    await cache.delete("b");
    await cache.set("c", new Uint8Array(300));
    expect([...(await cache.getMany(["a", "b", "c"])).keys()]).toEqual(["a", "c"]);
  });

  it("refuses a value that alone is too large, and leaves no old one in its place", async () => {
    const cache = small();
    await cache.set("a", "old");
    await expect(cache.set("a", "x".repeat(2_000))).rejects.toThrow(
      'the value at ":1:a" takes 2004 bytes; maxBytes is 1000 for all together',
    );
    expect(await cache.get("a")).toBeUndefined();
    expect(await cache.setMany({ a: "x".repeat(2_000), b: 1 })).toEqual(["a"]);
    expect(await cache.get("b")).toBe(1);
  });
});

describe("a wrong option", () => {
  it.each([
    [{ maxBytes: 0 }, "cache.options.maxBytes"],
    [{ clone: "yes" }, "cache.options.clone"],
    [{ maxEntries: 0 }, "cache.options.maxEntries"],
    [{ cullFrequency: -1 }, "cache.options.cullFrequency"],
    [{ sise: 3 }, "cache.options.sise"],
  ])("%j is named", async (options, path) => {
    const make = async () => createCache({ backend: locmem as never, options: options as object }).ready();
    await expect(make()).rejects.toMatchObject({
      code: "CULLET_INVALID_CONFIG",
      message: expect.stringContaining(path),
    });
  });
});

describe("time", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is asked for by no timer any more when nothing is left that expires", async () => {
    const location = unused();
    const cache = createCache({ backend: locmem, location });
    const { table } = LocMemStore.named(location);
    await cache.set("a", 1, 2);
    await cache.set("b", 1, 3_600);
    await cache.set("c", 1, null);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(3_610_000);
    expect(table.count).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
