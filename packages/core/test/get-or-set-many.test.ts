import { describe, expect, expectTypeOf, it, vi } from "vitest";
import { createCache } from "../src/index.js";
import { MapBackend } from "./map-backend.js";
import { StoreBackend } from "./store-backend.js";

/** Makes of each key the key in capitals. */
const capitals = () => vi.fn(async (keys: string[]) => new Map(keys.map((key) => [key, key.toUpperCase()])));

describe("getOrSetMany", () => {
  it("returns what is there, and makes the rest together", async () => {
    const cache = createCache(new MapBackend());
    await cache.set("b", "there");
    const make = capitals();
    const found = await cache.getOrSetMany(["c", "b", "a", "c"], make, "10m");
    expectTypeOf(found).toEqualTypeOf<Map<string, string>>();
    expect([...found]).toEqual([
      ["c", "C"],
      ["b", "there"],
      ["a", "A"],
    ]);
    expect(make.mock.calls.map(([keys]) => keys)).toEqual([["c", "a"]]);
    expect(await cache.ttl("a")).toBeGreaterThan(599);
    expect(await cache.getOrSetMany(["a", "b", "c"], make)).toEqual(new Map([...found].sort()));
    expect(make).toHaveBeenCalledTimes(1);
    expect(cache.stats()).toMatchObject({ hits: 4, misses: 2, computations: 2 });
  });

  it("takes an object or pairs as well, and what was not asked for is not stored", async () => {
    const cache = createCache(new MapBackend());
    expect(await cache.getOrSetMany(["a", "b"], () => ({ a: 1, other: 2 }))).toEqual(new Map([["a", 1]]));
    expect(await cache.getOrSetMany(["b"], () => [["b", 2] as const])).toEqual(new Map([["b", 2]]));
    expect(await cache.getMany(["a", "b", "other"])).toEqual(
      new Map([
        ["a", 1],
        ["b", 2],
      ]),
    );
    await expect(cache.getOrSetMany(["c"], () => 5 as never)).rejects.toThrow(
      "the function of getOrSetMany must return a Map, pairs or an object; got 5",
    );
    await expect(cache.getOrSetMany(["c"], "c" as never)).rejects.toThrow(
      'getOrSetMany needs a function; got "c"',
    );
  });

  it("does not run the function where nothing is missing", async () => {
    const cache = createCache(new MapBackend());
    const make = capitals();
    expect(await cache.getOrSetMany([], make)).toEqual(new Map());
    expect(make).not.toHaveBeenCalled();
  });

  it("makes no key that is being made already", async () => {
    const cache = createCache(new MapBackend());
    let finish = (_value: string): void => {};
    const one = cache.getOrSet("a", () => new Promise<string>((resolve) => (finish = resolve)));
    await cache.has("a");
    const make = capitals();
    const [many, others] = [cache.getOrSetMany(["a", "b"], make), cache.getOrSetMany(["b", "c"], make)];
    await vi.waitFor(() => expect(make).toHaveBeenCalledTimes(2));
    expect(make.mock.calls.map(([keys]) => keys)).toEqual([["b"], ["c"]]);
    const last = cache.getOrSet("c", () => "not run");
    finish("from getOrSet");
    expect(await one).toBe("from getOrSet");
    expect(await many).toEqual(
      new Map([
        ["a", "from getOrSet"],
        ["b", "B"],
      ]),
    );
    expect(await others).toEqual(
      new Map([
        ["b", "B"],
        ["c", "C"],
      ]),
    );
    expect(await last).toBe("C");
    expect(cache.stats().computations).toBe(3);
  });

  it("gives each caller copies of its own", async () => {
    const cache = createCache(new MapBackend());
    const make = (keys: string[]) => new Map(keys.map((key) => [key, { list: [key] }]));
    const [one, other] = await Promise.all([
      cache.getOrSetMany(["a"], make),
      cache.getOrSetMany(["a"], make),
    ]);
    one.get("a")?.list.push("changed");
    expect(other.get("a")).toEqual({ list: ["a"] });
  });

  it("passes on what its function throws, to all who wait for one of the keys", async () => {
    const cache = createCache(new MapBackend());
    let fail = (_error: Error): void => {};
    const make = vi.fn(() => new Promise<Map<string, number>>((_resolve, reject) => (fail = reject)));
    const calls = [cache.getOrSetMany(["a", "b"], make)];
    await vi.waitFor(() => expect(make).toHaveBeenCalled());
    calls.push(cache.getOrSetMany(["b"], make));
    await cache.has("b");
    fail(new Error("down"));
    for (const call of await Promise.allSettled(calls)) {
      expect(call).toMatchObject({ status: "rejected", reason: { message: "down" } });
    }
    expect(make).toHaveBeenCalledTimes(1);
    expect(await cache.getMany(["a", "b"])).toEqual(new Map());
  });

  it("lets what happens to a key meanwhile win, of each key by itself", async () => {
    const cache = createCache(new StoreBackend());
    const make = async (keys: string[]) => {
      await cache.set("a", "theirs");
      await cache.delete("b");
      return new Map(keys.map((key) => [key, "mine"]));
    };
    expect(await cache.getOrSetMany(["a", "b", "c"], make)).toEqual(
      new Map([
        ["a", "theirs"],
        ["b", "mine"],
        ["c", "mine"],
      ]),
    );
    expect(await cache.getMany(["a", "b", "c"])).toEqual(
      new Map([
        ["a", "theirs"],
        ["c", "mine"],
      ]),
    );
  });

  it("says so where it would wait for itself", async () => {
    const cache = createCache(new MapBackend());
    const nested = cache.getOrSetMany(["a", "b"], async () => ({ a: await cache.getOrSet("b", () => 1) }));
    await expect(nested).rejects.toThrow('getOrSet of ":1:b" inside its own function would wait for itself');
  });

  it("lets its function say of all what that of getOrSet says of one", async () => {
    const cache = createCache(new StoreBackend());
    await cache.getOrSetMany(["a", "b"], (keys, { setTimeout, setTags, signal }) => {
      setTimeout("20m");
      setTags(["t"]);
      expect(signal.aborted).toBe(false);
      return new Map(keys.map((key) => [key, 1]));
    });
    expect(await cache.ttl("b")).toBeGreaterThan(1_199);
    await cache.invalidateTags(["t"]);
    expect(await cache.getMany(["a", "b"])).toEqual(new Map());
    await cache.getOrSetMany(["a", "b"], (keys, { skip }) => {
      skip();
      return new Map(keys.map((key) => [key, 1]));
    });
    expect(await cache.getMany(["a", "b"])).toEqual(new Map());
  });

  it("reads the tags of all in one round trip", async () => {
    const backend = new StoreBackend();
    const cache = createCache(backend);
    const keys = Array.from({ length: 50 }, (_, at) => `k${at}`);
    await cache.getOrSetMany(keys, capitals(), { tags: ["x", "y"] });
    const getEach = vi.spyOn(backend, "getEach");
    expect((await cache.getOrSetMany(keys, capitals(), { tags: ["x", "y"] })).size).toBe(50);
    expect(getEach).toHaveBeenCalledTimes(2);
    await cache.invalidateTags(["y"]);
    const make = capitals();
    await cache.getOrSetMany(keys, make, { tags: ["x", "y"] });
    expect(make).toHaveBeenCalledTimes(1);
    expect((await cache.getMany(keys)).size).toBe(50);
  });

  it("returns old values at once, and refreshes them together behind", async () => {
    vi.useFakeTimers();
    try {
      const cache = createCache(new StoreBackend());
      const options = { timeout: 10, staleWhileRevalidate: 60 };
      await cache.getOrSetMany(["a", "b"], () => ({ a: "old a", b: "old b" }), options);
      await vi.advanceTimersByTimeAsync(20_000);
      const make = capitals();
      expect(await cache.getOrSetMany(["a", "b", "c"], make, options)).toEqual(
        new Map([
          ["a", "old a"],
          ["b", "old b"],
          ["c", "C"],
        ]),
      );
      await vi.advanceTimersByTimeAsync(1);
      expect(make.mock.calls.map(([keys]) => keys)).toEqual([["a", "b"], ["c"]]);
      expect([...(await cache.getMany(["a", "b"])).values()]).toEqual(["A", "B"]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("makes each key once for all processes, with a lock", async () => {
    const backend = new StoreBackend();
    const [one, other] = [createCache(backend), createCache(backend)];
    const made: string[] = [];
    const make = async (keys: string[]) => {
      made.push(...keys);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return new Map(keys.map((key) => [key, key.toUpperCase()]));
    };
    const options = { lock: true };
    const [ours, theirs] = await Promise.all([
      one.getOrSetMany(["a", "b", "c"], make, options),
      other.getOrSetMany(["c", "b", "d"], make, options),
    ]);
    expect([...ours.values()]).toEqual(["A", "B", "C"]);
    expect([...theirs.values()]).toEqual(["C", "B", "D"]);
    expect(made.sort()).toEqual(["a", "b", "c", "d"]);
  });
});
