import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Cache, createCache, type GetOrSetOptions } from "../src/index.js";
import { MapBackend } from "./map-backend.js";
import { StoreBackend } from "./store-backend.js";
import { timersLeft } from "./timers.js";

/** A function that counts its calls, and ends when it is told to, or at once with the next of the results given. */
function origin(...results: unknown[]) {
  const waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = [];
  const run = vi.fn((): unknown => {
    const result = results.shift();
    if (result instanceof Error) throw result;
    if (result !== undefined) return result;
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  });
  return {
    run,
    finish: (value: unknown) => waiting.shift()?.resolve(value),
    fail: (error: Error) => waiting.shift()?.reject(error),
  };
}

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1_000);

const backends = { "the four methods": MapBackend, "a store outside the process": StoreBackend };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe.each(Object.entries(backends))("a value past its timeout, over %s,", (_name, Backend) => {
  it("is returned at once while one refresh runs behind", async () => {
    const cache = createCache(new Backend());
    const { run, finish } = origin("old");
    const get = () => cache.getOrSet("k", run, { timeout: 10, staleWhileRevalidate: 60 });
    expect(await get()).toBe("old");
    await seconds(9.9);
    expect(await get()).toBe("old");
    expect(run).toHaveBeenCalledTimes(1);
    await seconds(10);
    expect(await Promise.all([get(), get(), get()])).toEqual(["old", "old", "old"]);
    expect(await get()).toBe("old");
    await seconds(1);
    expect(run).toHaveBeenCalledTimes(2);
    finish("new");
    await seconds(0);
    expect(await get()).toBe("new");
    expect(await cache.get("k")).toBe("new");
    expect(cache.stats()).toMatchObject({ computations: 2, stale: 4, refreshErrors: 0 });
  });

  it("is made anew when the window is over, too", async () => {
    const cache = createCache(new Backend());
    const { run } = origin("old", "new");
    const options = { timeout: 10, staleWhileRevalidate: 60 };
    await cache.getOrSet("k", run, options);
    await seconds(70);
    expect(await cache.getOrSet("k", run, options)).toBe("new");
  });

  it("is there for no other call, nor for a getOrSet that does not ask for it", async () => {
    const cache = createCache(new Backend());
    const options = { timeout: 10, staleIfError: 60 };
    const keep = (key: string) => cache.getOrSet(key, () => 1, options);
    await keep("k");
    expect(await cache.ttl("k")).toBe(10);
    expect(await cache.has("k")).toBe(true);
    await seconds(10);
    expect(await cache.get("k", "default")).toBe("default");
    expect(await cache.getMany(["k"])).toEqual(new Map());
    expect(await cache.has("k")).toBe(false);
    expect(await cache.ttl("k")).toBeUndefined();
    expect(await cache.touch("k", 60)).toBe(false);
    expect(await cache.get("k")).toBeUndefined();
    await expect(cache.incr("k")).rejects.toMatchObject({ code: "CULLET_KEY_NOT_FOUND" });
    await expect(cache.incrVersion("k")).rejects.toMatchObject({ code: "CULLET_KEY_NOT_FOUND" });
    expect(await cache.delete("k")).toBe(false);
    await keep("k");
    await keep("l");
    await seconds(10);
    expect(await cache.deleteMany(["k", "l"])).toBe(0);
    await keep("k");
    await seconds(10);
    expect(await Promise.all([cache.add("k", 5), cache.add("k", 6)])).toEqual([true, false]);
    expect(await cache.get("k")).toBe(5);
    await cache.delete("k");
    await keep("k");
    await seconds(10);
    expect(await cache.getOrSet("k", () => "new")).toBe("new");
  });

  it("lives anew when it is touched in time, and is counted with", async () => {
    const cache = createCache(new Backend());
    const options = { timeout: 10, staleWhileRevalidate: 60 };
    await cache.getOrSet("n", () => 5, options);
    await seconds(9);
    expect(await cache.touch("n", 20)).toBe(true);
    expect(await cache.incr("n")).toBe(6);
    await seconds(19);
    expect(await cache.get("n")).toBe(6);
    expect(await cache.ttl("n")).toBe(1);
    await seconds(50);
    expect(await cache.get("n")).toBeUndefined();
    expect(await cache.getOrSet("n", () => new Promise(() => {}), options)).toBe(6);
    await cache.close();
  });

  it("stands in where the function fails, within its window", async () => {
    const cache = createCache(new Backend());
    const { run } = origin("old", new Error("down"), new Error("down"), "new");
    const get = () => cache.getOrSet("k", run, { timeout: 10, staleIfError: 60 });
    await get();
    await seconds(20);
    expect(await Promise.all([get(), get()])).toEqual(["old", "old"]);
    await seconds(50);
    await expect(get()).rejects.toThrow("down");
    expect(await get()).toBe("new");
    expect(cache.stats()).toMatchObject({ stale: 2, computations: 4 });
  });

  it("does not stand in after it was deleted, or a tag of it invalidated", async () => {
    const cache = createCache(new Backend());
    const options = { timeout: 10, staleIfError: 60, staleWhileRevalidate: 60, tags: ["t"] };
    const fails = () => cache.getOrSet("k", () => Promise.reject(new Error("down")), options);
    for (const drop of [() => cache.delete("k"), () => cache.clear(), () => cache.invalidateTags(["t"])]) {
      await cache.getOrSet("k", () => "old", options);
      await seconds(20);
      await drop();
      await expect(fails()).rejects.toThrow("down");
    }
  });
});

describe("a refresh behind", () => {
  it("that fails is counted, and nobody else hears of it", async () => {
    const cache = createCache(new StoreBackend());
    const { run } = origin("old", new Error("down"));
    const get = () => cache.getOrSet("k", run, { timeout: 10, staleWhileRevalidate: 60 });
    await get();
    await seconds(20);
    expect(await get()).toBe("old");
    await seconds(1);
    expect(cache.stats()).toMatchObject({ refreshErrors: 1, errors: 0 });
  });

  it.each([
    ["set", (cache: Cache) => cache.set("k", "theirs")],
    ["add", (cache: Cache) => cache.add("k", "theirs")],
    ["setMany", (cache: Cache) => cache.setMany({ k: "theirs" })],
  ])("is overtaken by %s", async (_name, store) => {
    for (const isOther of [false, true]) {
      const backend = new StoreBackend();
      const cache = createCache(backend);
      const { run, finish } = origin("old");
      const options = { timeout: 10, staleWhileRevalidate: 60 };
      await cache.getOrSet("k", run, options);
      await seconds(20);
      await cache.getOrSet("k", run, options);
      await store(isOther ? createCache(backend) : cache);
      finish("mine");
      await seconds(1);
      expect(await cache.get("k")).toBe("theirs");
    }
  });

  it("is dropped by delete, and by clear", async () => {
    for (const drop of [(cache: Cache) => cache.delete("k"), (cache: Cache) => cache.clear()]) {
      const cache = createCache(new StoreBackend());
      const { run, finish } = origin("old");
      const options = { timeout: 10, staleWhileRevalidate: 60 };
      await cache.getOrSet("k", run, options);
      await seconds(20);
      await cache.getOrSet("k", run, options);
      await drop(cache);
      finish("mine");
      await seconds(1);
      expect(await cache.get("k")).toBeUndefined();
    }
  });

  it("is what a caller waits for whose window is over", async () => {
    const cache = createCache(new StoreBackend());
    const { run, finish } = origin("old");
    await cache.getOrSet("k", run, { timeout: 10, staleWhileRevalidate: 60 });
    await seconds(20);
    await cache.getOrSet("k", run, { staleWhileRevalidate: 60 });
    const waiting = cache.getOrSet("k", run);
    await seconds(1);
    finish("new");
    expect(await waiting).toBe("new");
    expect(run).toHaveBeenCalledTimes(2);
  });

  it("hears that the cache is closed", async () => {
    const cache = createCache(new StoreBackend());
    let reason: unknown;
    const options = { timeout: 10, staleWhileRevalidate: 60 };
    await cache.getOrSet("k", () => "old", options);
    await seconds(20);
    await cache.getOrSet(
      "k",
      ({ signal }) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => {
            reason = signal.reason;
            resolve("late");
          });
        }),
      options,
    );
    await seconds(1);
    await cache.close();
    expect(reason).toMatchObject({ code: "CULLET_CLOSED" });
    expect(cache.stats()).toMatchObject({ sets: 1 });
  });

  it("is not waited for by its own function", async () => {
    const cache = createCache(new StoreBackend());
    const options = { timeout: 10, staleWhileRevalidate: 60 };
    await cache.getOrSet("k", () => "old", options);
    await seconds(20);
    const seen: unknown[] = [];
    const nested = async () => {
      seen.push(await cache.getOrSet("k", nested, options));
      return "new";
    };
    expect(await cache.getOrSet("k", nested, options)).toBe("old");
    await seconds(1);
    expect(seen).toEqual(["old"]);
    expect(await cache.get("k")).toBe("new");
  });
});

describe("early refresh", () => {
  const options = { timeout: 100, earlyRefresh: 1 };

  /** A function that takes ten seconds. */
  async function tenSeconds(value: string) {
    await seconds(10);
    return value;
  }

  it("comes sooner the longer the function takes and the less time is left", async () => {
    const cache = createCache(new StoreBackend());
    await cache.getOrSet("k", () => tenSeconds("old"), options);
    const { run } = origin("new");
    // A value that took ten seconds is refreshed 23 seconds early in one of ten reads.
    vi.spyOn(Math, "random").mockReturnValue(0.9);
    await seconds(76);
    expect(await cache.getOrSet("k", run, options)).toBe("old");
    expect(run).not.toHaveBeenCalled();
    await seconds(1.5);
    expect(await cache.getOrSet("k", run, options)).toBe("old");
    await seconds(0);
    expect(run).toHaveBeenCalledTimes(1);
    expect(await cache.get("k")).toBe("new");
    expect(await cache.ttl("k")).toBe(100);
  });

  it("is earlier with a larger beta, and none where it is not asked for", async () => {
    const cache = createCache(new StoreBackend());
    await cache.getOrSet("k", () => tenSeconds("old"), options);
    const { run } = origin("new");
    vi.spyOn(Math, "random").mockReturnValue(0.9);
    await seconds(60);
    await cache.getOrSet("k", run, { timeout: 100 });
    await cache.getOrSet("k", run, { timeout: 100, earlyRefresh: 0 });
    await cache.getOrSet("k", run, options);
    expect(run).not.toHaveBeenCalled();
    await cache.getOrSet("k", run, { timeout: 100, earlyRefresh: 2 });
    await seconds(0);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it("lets the value expire at its time", async () => {
    const cache = createCache(new StoreBackend());
    await cache.getOrSet("k", () => "old", options);
    await seconds(100);
    expect(await cache.get("k")).toBeUndefined();
    expect(await cache.getOrSet("k", () => "new", options)).toBe("new");
  });

  it("is overtaken by what is stored meanwhile", async () => {
    const cache = createCache(new StoreBackend());
    await cache.getOrSet("k", () => tenSeconds("old"), options);
    await seconds(95);
    vi.spyOn(Math, "random").mockReturnValue(0.9);
    const { run, finish } = origin();
    expect(await cache.getOrSet("k", run, options)).toBe("old");
    await seconds(0);
    await cache.set("k", "theirs");
    finish("mine");
    await seconds(1);
    expect(run).toHaveBeenCalledTimes(1);
    expect(await cache.get("k")).toBe("theirs");
  });
});

describe("jitter", () => {
  it("shortens timeouts by up to its part", async () => {
    const cache = createCache(new StoreBackend());
    const ttls = new Set<number>();
    for (let at = 0; at < 200; at += 1) {
      await cache.getOrSet(`k${at}`, () => at, { timeout: 100, jitter: 0.1 });
      ttls.add((await cache.ttl(`k${at}`)) as number);
    }
    expect(Math.min(...ttls)).toBeGreaterThanOrEqual(90);
    expect(Math.min(...ttls)).toBeLessThan(92);
    expect(Math.max(...ttls)).toBeLessThanOrEqual(100);
    expect(Math.max(...ttls)).toBeGreaterThan(98);
    expect(ttls.size).toBeGreaterThan(150);
  });
});

describe("the time that a function takes", () => {
  it("is waited for no longer than softTimeout where there is an old value; it goes on behind", async () => {
    const cache = createCache(new StoreBackend());
    const { run, finish } = origin("old");
    const options = { timeout: 10, staleIfError: 60, softTimeout: "500ms" };
    await cache.getOrSet("k", run, options);
    await seconds(20);
    const call = cache.getOrSet("k", run, options);
    let isOver = false;
    call.then(() => {
      isOver = true;
    });
    await seconds(0.4);
    expect(isOver).toBe(false);
    await seconds(0.1);
    expect(await call).toBe("old");
    finish("new");
    await seconds(0);
    expect(await cache.get("k")).toBe("new");
    expect(cache.stats()).toMatchObject({ stale: 1, refreshErrors: 0 });
  });

  it("counts as a failed refresh where it ends in an error behind", async () => {
    const cache = createCache(new StoreBackend());
    const { run, fail } = origin("old");
    const options = { timeout: 10, staleIfError: 60, softTimeout: "500ms" };
    await cache.getOrSet("k", run, options);
    await seconds(20);
    const call = cache.getOrSet("k", run, options);
    await seconds(1);
    expect(await call).toBe("old");
    fail(new Error("down"));
    await seconds(0);
    expect(cache.stats()).toMatchObject({ refreshErrors: 1 });
  });

  it("is waited for to the end where there is no old value, or the function is quick", async () => {
    const cache = createCache(new StoreBackend());
    const { run, finish } = origin();
    const options = { timeout: 10, staleIfError: 60, softTimeout: "500ms" };
    const call = cache.getOrSet("k", run, options);
    await seconds(3);
    finish("made");
    expect(await call).toBe("made");
    await seconds(20);
    expect(await cache.getOrSet("k", () => "quick", options)).toBe("quick");
    expect(await timersLeft()).toBe(0);
  });

  it("is over with hardTimeout: the function is aborted, and its result not stored", async () => {
    const cache = createCache(new StoreBackend());
    const { run, finish } = origin();
    let signal: AbortSignal | undefined;
    const options = { hardTimeout: 2 };
    const make = (context: { signal: AbortSignal }) => {
      ({ signal } = context);
      return run();
    };
    const calls = [cache.getOrSet("k", make, options), cache.getOrSet("k", make)];
    const outcomes = Promise.allSettled(calls);
    await seconds(2);
    const reason = expect.objectContaining({
      code: "CULLET_COMPUTATION_TIMEOUT",
      message: 'the value at ":1:k" was not there after the hardTimeout of 2000 ms',
    });
    expect(await outcomes).toEqual([
      { status: "rejected", reason },
      { status: "rejected", reason },
    ]);
    expect(signal?.reason).toMatchObject({ code: "CULLET_COMPUTATION_TIMEOUT" });
    finish("late");
    await seconds(1);
    expect(await cache.get("k")).toBeUndefined();
    expect(await cache.getOrSet("k", () => "next", options)).toBe("next");
    expect(await timersLeft()).toBe(0);
  });

  it("is over with hardTimeout also where an old value stands in", async () => {
    const cache = createCache(new StoreBackend());
    const { run } = origin("old");
    const options = { timeout: 10, staleIfError: 60, hardTimeout: 2 };
    await cache.getOrSet("k", run, options);
    await seconds(20);
    const call = cache.getOrSet("k", run, options);
    await seconds(2);
    expect(await call).toBe("old");
  });
});

describe("getOrSet", () => {
  it("stores what has no such option as set does, byte for byte", async () => {
    for (const Backend of [MapBackend, StoreBackend]) {
      const [one, other] = [new Backend(), new Backend()];
      for (const value of ["text", 5, { a: [1] }, null]) {
        await createCache(one).set("k", value, 60);
        await createCache(other).getOrSet("k", () => value, { timeout: 60, staleWhileRevalidate: 0 });
        expect(other.entries.get(":1:k")?.payload).toEqual(one.entries.get(":1:k")?.payload);
        other.entries.clear();
      }
    }
  });

  it("reads a value by one command, also one that is kept beyond its timeout", async () => {
    const backend = new StoreBackend();
    const cache = createCache(backend);
    await cache.getOrSet("k", () => "v", { timeout: 10, staleIfError: 60 });
    const get = vi.spyOn(backend, "get");
    const getEach = vi.spyOn(backend, "getEach");
    await cache.getOrSet("k", () => "other", { timeout: 10, staleIfError: 60 });
    expect(get).toHaveBeenCalledTimes(1);
    expect(getEach).not.toHaveBeenCalled();
  });

  it("keeps an entry for as long as its stale window, and no longer", async () => {
    const backend = new StoreBackend();
    const cache = createCache(backend);
    await cache.getOrSet("k", () => "v", { timeout: 10, staleIfError: 60, staleWhileRevalidate: 30 });
    expect(await backend.ttl(":1:k")).toBe(70_000);
    await cache.getOrSet("forever", () => "v", { timeout: null, staleIfError: 60 });
    expect(await backend.ttl(":1:forever")).toBeNull();
  });

  it("takes tags that its function finds out, in place of those of the call", async () => {
    const cache = createCache(new StoreBackend());
    const make = () =>
      cache.getOrSet(
        "k",
        ({ setTags }) => {
          setTags(["found", "out"]);
          return 1;
        },
        { tags: ["given"] },
      );
    await make();
    await cache.invalidateTags(["given"]);
    expect(await cache.get("k")).toBe(1);
    await cache.invalidateTags(["out"]);
    expect(await cache.get("k")).toBeUndefined();
  });

  it("fails open with every option", async () => {
    const backend = new StoreBackend();
    const down = () => Promise.reject(new Error("nobody there"));
    for (const name of ["get", "set", "add", "delete", "touch", "getEach", "setMany"] as const) {
      vi.spyOn(backend, name).mockImplementation(down);
    }
    const cache = createCache({ backend: () => backend, failOpen: true });
    const options = { tags: ["t"], lock: true, staleIfError: 5, earlyRefresh: 1, jitter: 0.5 };
    expect(await cache.getOrSet("k", () => "made", options)).toBe("made");
    const made = { k: 1, l: 2 };
    expect(await cache.getOrSetMany(["k", "l"], () => made, options)).toEqual(new Map(Object.entries(made)));
    await cache.invalidateTags(["t"]);
    expect(await cache.lock("k")).toBeUndefined();
  });

  it.each<[GetOrSetOptions, string]>([
    [{ jitter: 2 }, "jitter must be a number from 0 to 1; got 2"],
    [{ jitter: "0.1" as never }, 'jitter must be a number from 0 to 1; got "0.1"'],
    [{ earlyRefresh: -1 }, "earlyRefresh must be a number of 0 or more; got -1"],
    [{ earlyRefresh: true as never }, "earlyRefresh must be a number of 0 or more; got true"],
    [{ staleIfError: -1 }, 'staleIfError must be seconds, none or more, or a string like "5m"; got -1'],
    [
      { staleWhileRevalidate: null as never },
      'staleWhileRevalidate must be seconds, none or more, or a string like "5m"; got null',
    ],
    [{ softTimeout: 0 }, 'softTimeout must be seconds above zero, or a string like "500ms"; got 0'],
    [{ hardTimeout: "soon" }, 'hardTimeout must be seconds above zero, or a string like "500ms"; got "soon"'],
    [{ lock: "yes" as never }, 'lock must be true, false, or an object with a lease; got "yes"'],
    [{ lock: { lease: 0 } }, 'lock.lease must be seconds above zero, or a string like "500ms"; got 0'],
  ])("refuses %j", async (options, message) => {
    const cache = createCache(new MapBackend());
    for (const call of [
      cache.getOrSet("k", () => 1, options),
      cache.getOrSetMany(["k"], () => new Map(), options),
    ]) {
      await expect(call).rejects.toThrow(message);
      await expect(call).rejects.toBeInstanceOf(TypeError);
    }
  });
});
