import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import {
  BackendError,
  BaseBackend,
  baseFeatures,
  type Cache,
  createCache,
  InvalidKeyError,
  KeyNotFoundError,
  type Payload,
} from "../src/index.js";
import { HoardingBackend, MapBackend } from "./map-backend.js";

/** Fails as drivers do: with an error of its own that holds the command, and with that the value. */
class BrokenBackend extends MapBackend {
  override get(): Promise<Payload | undefined> {
    return Promise.reject(Object.assign(new Error("ECONNREFUSED"), { command: { args: ["secret value"] } }));
  }

  override async set(): Promise<void> {
    throw new RangeError("out of cheese");
  }
}

/** A store that nobody reaches. */
class DownBackend extends BaseBackend {
  override readonly features = { ...baseFeatures, atomic: true, lists: true };

  override connect = down;
  get = down;
  set = down;
  delete = down;
  clear = down;
  override keys = (): AsyncIterable<string> => ({ [Symbol.asyncIterator]: () => ({ next: down }) });
}

/** Has its answers at once, as a store in memory does. */
class PromptBackend extends HoardingBackend {
  override readonly features = { ...baseFeatures, atomic: true, bounded: true };
  isBroken = false;

  override get(key: string): Payload | undefined {
    if (this.isBroken) throw new RangeError("out of cheese");
    return super.get(key);
  }
}

async function collect(keys: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const key of keys) all.push(key);
  return all;
}

async function down(): Promise<never> {
  throw new BackendError("nobody there");
}

describe("a cache over a backend that fails", () => {
  it("says so with a BackendError that keeps the cause", async () => {
    const cache = createCache(new BrokenBackend());
    const error = await cache.get("k").catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(BackendError);
    expect(error).toMatchObject({
      code: "CULLET_BACKEND",
      message: "the backend of cache failed: ECONNREFUSED",
      cause: expect.objectContaining({ message: "ECONNREFUSED" }),
      indeterminate: false,
    });
    await expect(cache.set("k", 1)).rejects.toThrow("the backend of cache failed: out of cheese");
    expect(cache.stats().errors).toBe(2);
  });

  it("shows no value of the driver's when the error is printed", async () => {
    const error = await createCache(new BrokenBackend())
      .get("k")
      .catch((failure: unknown) => failure);
    expect(inspect(error)).toContain("caused by Error: ECONNREFUSED");
    expect(inspect(error)).not.toContain("secret value");
    expect(JSON.stringify(error)).not.toContain("secret value");
  });

  it("hands on an error of Cullet's, of another copy of core too", async () => {
    const foreign = Object.assign(new Error("no such entry"), { code: "CULLET_KEY_NOT_FOUND" });
    const backend = new MapBackend();
    backend.incr = async () => {
      throw foreign;
    };
    await expect(createCache(backend).incr("k")).rejects.toBe(foreign);
  });
});

describe("a cache that fails open", () => {
  const open = () => createCache({ backend: () => new DownBackend(), failOpen: true });

  it("misses where it cannot read, and says that nothing was stored", async () => {
    const cache = open();
    expect(await cache.get("k", "default")).toBe("default");
    expect(await cache.getMany(["k"])).toEqual(new Map());
    expect(await cache.set("k", 1)).toBeUndefined();
    expect(await cache.setMany({ k: 1, l: 2 })).toEqual(["k", "l"]);
    expect(await cache.add("k", 1)).toBe(false);
    expect(await cache.touch("k", 5)).toBe(false);
    expect(await cache.has("k")).toBe(false);
    expect(await cache.delete("k")).toBe(false);
    expect(await cache.deleteMany(["k"])).toBe(0);
    expect(await cache.clear()).toBeUndefined();
    expect(await cache.ttl("k")).toBeUndefined();
    expect(await collect(cache.keys())).toEqual([]);
    expect(await cache.deletePattern("*")).toBe(0);
    await expect(cache.incr("k")).rejects.toMatchObject({ code: "CULLET_KEY_NOT_FOUND" });
    expect(cache.stats()).toMatchObject({ errors: 14, sets: 0, hits: 0 });
  });

  it("says so also where the backend itself cannot be loaded", async () => {
    class UnloadableBackend extends DownBackend {
      override load = down;
    }
    const cache = createCache({ backend: () => new UnloadableBackend(), failOpen: true });
    expect(await cache.get("k", "default")).toBe("default");
    expect(await cache.setMany({ k: 1, l: 2 })).toEqual(["k", "l"]);
  });

  it("computes what is missing, once for all who wait", async () => {
    const cache = open();
    let runs = 0;
    const compute = () => ++runs;
    expect(await Promise.all([cache.getOrSet("k", compute), cache.getOrSet("k", compute)])).toEqual([1, 1]);
    await expect(cache.getOrSet("k", () => Promise.reject(new Error("mine")))).rejects.toThrow("mine");
  });

  it("still fails fast where it is asked to be ready, and for wrong arguments", async () => {
    const cache = open();
    await expect(cache.ready()).rejects.toThrow("nobody there");
    await expect(cache.set("k", 1, Number.NaN)).rejects.toBeInstanceOf(TypeError);
    await expect(cache.get("")).rejects.toMatchObject({ code: "CULLET_INVALID_KEY" });
    await cache.close();
    await expect(cache.get("k")).rejects.toMatchObject({ code: "CULLET_CLOSED" });
  });
});

describe("a cache over a backend that does not keep writes apart", () => {
  it("runs the writes of one key one after another", async () => {
    const cache = createCache(new MapBackend());
    await cache.set("n", 0);
    const sums = await Promise.all(Array.from({ length: 100 }, () => cache.incr("n")));
    expect(sums.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));

    const added = await Promise.all(Array.from({ length: 100 }, (_, caller) => cache.add("first", caller)));
    expect(added.filter(Boolean)).toEqual([true]);
  });

  it("never loses a set to an incr that read before it", async () => {
    for (let round = 0; round < 20; round += 1) {
      const cache = createCache(new MapBackend());
      await cache.set("n", 0);
      await Promise.all([cache.incr("n"), cache.set("n", 100)]);
      expect(await cache.get("n")).toBeGreaterThanOrEqual(100);
    }
  });

  it("keeps the timeout of a counter", async () => {
    const cache = createCache(new MapBackend());
    await cache.set("n", 5, 100);
    await cache.incr("n", 2);
    expect(await cache.get("n")).toBe(7);
    expect(await cache.ttl("n")).toBeGreaterThan(90);
    expect(await cache.ttl("n")).toBeLessThanOrEqual(100);
    await cache.touch("n", null);
    expect(await cache.ttl("n")).toBeNull();
    expect(await cache.incr("n")).toBe(8);
  });
});

describe("getOrSet", () => {
  it("passes on what its function throws, as it is", async () => {
    const cache = createCache(new MapBackend());
    const reason = { not: "an error" };
    const calls = Array.from({ length: 3 }, () => cache.getOrSet("k", () => Promise.reject(reason)));
    for (const call of await Promise.allSettled(calls)) expect(call).toEqual({ status: "rejected", reason });
    expect(cache.stats()).toMatchObject({ errors: 0, computations: 1 });
    expect(await cache.get("k")).toBeUndefined();
  });

  it("gives each caller a copy of its own", async () => {
    const cache = createCache(new MapBackend());
    const [one, two] = await Promise.all([
      cache.getOrSet("k", () => ({ list: [1] })),
      cache.getOrSet("k", () => ({ list: [2] })),
    ]);
    one.list.push(99);
    expect(two).toEqual({ list: [1] });
    expect(await cache.get("k")).toEqual({ list: [1] });
  });

  it("says so where it would wait for itself", async () => {
    const cache = createCache(new MapBackend());
    const nested = cache.getOrSet("k", () => cache.getOrSet("k", () => 1));
    await expect(nested).rejects.toThrow('getOrSet of ":1:k" inside its own function would wait for itself');
    expect(await cache.getOrSet("a", () => cache.getOrSet("b", () => 2))).toBe(2);
  });

  it("starts afresh for who comes after a delete, and gives everybody only that", async () => {
    const cache = createCache(new MapBackend());
    let finishOld = (_value: string): void => {};
    const old = cache.getOrSet("k", () => new Promise<string>((resolve) => (finishOld = resolve)));
    await cache.has("k");
    await cache.delete("k");
    const young = cache.getOrSet("k", () => "new");
    expect(await young).toBe("new");
    finishOld("old");
    expect(await old).toBe("new");
    expect(await cache.get("k")).toBe("new");
  });

  it.each([
    ["delete", (cache: Cache) => cache.delete("k")],
    ["clear", (cache: Cache) => cache.clear()],
  ])("gives its callers what was stored after a %s while the function ran", async (_what, drop) => {
    const cache = createCache(new MapBackend());
    const value = await cache.getOrSet("k", async () => {
      await drop(cache);
      await cache.set("k", "theirs");
      return "mine";
    });
    expect([value, await cache.get("k")]).toEqual(["theirs", "theirs"]);
  });

  it("hands out and does not store what it made while the key was dropped", async () => {
    const cache = createCache(new MapBackend());
    const value = await cache.getOrSet("k", async () => {
      await cache.delete("k");
      return "mine";
    });
    expect([value, await cache.get("k")]).toEqual(["mine", undefined]);
  });

  it("does not run its function for who read a miss before another stored the value", async () => {
    const backend = new MapBackend();
    const cache = createCache(backend);
    const first = backend.get.bind(backend);
    // The reply to the first read is on its way for as long as the second caller takes for everything.
    let reply = (): void => {};
    backend.get = () => {
      backend.get = first;
      return new Promise((resolve) => {
        reply = () => resolve(undefined);
      });
    };
    const slow = cache.getOrSet("k", () => "computed again");
    await cache.getOrSet("k", () => "computed once");
    reply();
    expect(await slow).toBe("computed once");
    expect(cache.stats().computations).toBe(1);
  });

  it("replaces what cannot be read", async () => {
    const backend = new MapBackend();
    const cache = createCache(backend);
    await backend.set(":1:k", new Uint8Array([1, 2, 3]), null);
    expect(await cache.getOrSet("k", () => "fresh")).toBe("fresh");
    expect(await cache.get("k")).toBe("fresh");
    expect(cache.stats().undecodable).toBeGreaterThan(0);
  });

  it("tells its function that the cache was closed", async () => {
    const cache = createCache(new MapBackend());
    const aborted = new Promise<unknown>((resolve) => {
      cache
        .getOrSet("k", ({ signal }) => {
          signal.addEventListener("abort", () => resolve(signal.reason));
          return new Promise(() => {});
        })
        .catch(() => {});
    });
    await cache.has("k");
    await cache.close();
    expect(await aborted).toMatchObject({ code: "CULLET_CLOSED", message: "cache is closed" });
  });

  it("takes a timeout that its function finds out", async () => {
    const cache = createCache(new MapBackend());
    await cache.getOrSet("k", ({ setTimeout }) => {
      setTimeout("10m");
      return 1;
    });
    expect(await cache.ttl("k")).toBeGreaterThan(590);
    const bad = cache.getOrSet("other", ({ setTimeout }) => setTimeout("soon" as never));
    await expect(bad).rejects.toThrow(
      'timeout must be seconds, a string like "5m", or null for never; got "soon"',
    );
  });

  it("does not store what its function skips", async () => {
    const cache = createCache(new MapBackend());
    const skipped = await cache.getOrSet("k", ({ skip }) => {
      skip();
      return "for you only";
    });
    expect(skipped).toBe("for you only");
    expect(await cache.has("k")).toBe(false);
  });
});

describe("a wrong argument", () => {
  const cache = createCache(new MapBackend());

  it.each([
    ["get of no key", () => cache.get(5 as never), "a key must be text that is not empty"],
    [
      "set of undefined",
      () => cache.set("k", undefined),
      'undefined cannot be stored at ":1:k": it means a miss',
    ],
    ["a timeout of true", () => cache.set("k", 1, true as never), "timeout must be seconds"],
    ["a timeout of NaN", () => cache.set("k", 1, { timeout: Number.NaN }), "got NaN"],
    [
      "options that are a list",
      () => cache.set("k", 1, [] as never),
      "options must be an object or a timeout; got an array",
    ],
    [
      "a version of text",
      () => cache.get("k", undefined, { version: "2" as never }),
      'version must be a whole number; got "2"',
    ],
    ["a delta of half", () => cache.incr("k", 0.5), "delta must be a whole number; got 0.5"],
    ["a delta of text", () => cache.decr("k", "1" as never), 'delta must be a whole number; got "1"'],
    [
      "a delta of a version",
      () => cache.incrVersion("k", Number.NaN),
      "delta must be a whole number; got NaN",
    ],
    [
      "a timeout that is a date",
      () => cache.set("k", 1, new Date() as never),
      "options must be an object or a timeout; got an instance of Date",
    ],
    [
      "an option that does not exist",
      () => cache.set("k", 1, { timout: 5 } as never),
      'options have no "timout"; here they have timeout, version and tags',
    ],
    [
      "a timeout where nothing is stored",
      () => cache.get("k", 0, { timeout: 5 } as never),
      'options have no "timeout"; here they have version',
    ],
    ["options that are a number", () => cache.has("k", 5 as never), "options must be an object; got 5"],
    ["keys that are text", () => cache.getMany("abc"), 'keys must be a list of keys; got "abc"'],
    [
      "keys that are missing",
      () => cache.deleteMany(undefined as never),
      "keys must be a list of keys; got undefined",
    ],
    [
      "entries that are no pairs",
      () => cache.setMany([5] as never),
      "setMany needs pairs of key and value; got 5",
    ],
    [
      "clear of everything, by a word",
      () => cache.clear("all" as never),
      'options must be an object; got "all"',
    ],
    [
      "clear of everything, by text",
      () => cache.clear({ all: "no" as never }),
      'all must be true or false; got "no"',
    ],
    [
      "entries that are text",
      () => cache.setMany("abc" as never),
      'setMany needs an object or pairs of key and value; got "abc"',
    ],
    ["a pattern of no text", () => cache.deletePattern(null as never), "a pattern must be text; got null"],
    ["no pattern", () => cache.deletePattern(undefined as never), "a pattern must be text; got undefined"],
    [
      "getOrSet of undefined",
      () => cache.getOrSet("k", undefined),
      "getOrSet needs a value or a function; got undefined",
    ],
  ])("is refused: %s", async (_what, call, message) => {
    await expect(call()).rejects.toThrow(message);
  });

  it("is a TypeError, and no failure of the store", async () => {
    await expect(cache.incr("k", 0.5)).rejects.toBeInstanceOf(TypeError);
    await expect(cache.incr("k")).rejects.toBeInstanceOf(KeyNotFoundError);
    expect(cache.stats().errors).toBe(0);
  });
});

describe("an error of the caller's own", () => {
  const own = new RangeError("my own");
  const failing = (): never => {
    throw own;
  };

  it("passes through keyFunction as it is, also where the cache fails open", async () => {
    const cache = createCache({ backend: () => new MapBackend(), keyFunction: failing, failOpen: true });
    await expect(cache.get("k", "fallback")).rejects.toBe(own);
    expect(cache.stats().errors).toBe(0);
  });

  it("passes through the keys and the entries that it lists", async () => {
    const broken = { [Symbol.iterator]: failing };
    const cache = createCache({ backend: () => new MapBackend(), failOpen: true });
    await expect(cache.getMany(broken)).rejects.toBe(own);
    await expect(cache.setMany(broken)).rejects.toBe(own);
  });
});

describe("a cache with a keyFunction", () => {
  it("stores what it makes, and cannot say which keys are its own", async () => {
    const backend = new MapBackend();
    const cache = createCache({
      backend: () => backend,
      keyPrefix: "p",
      keyFunction: (key, prefix, version) => `${key}@${prefix}.${version}`,
    });
    await cache.set("k", 1);
    expect([...backend.entries.keys()]).toEqual(["k@p.1"]);
    await expect(cache.clear()).rejects.toMatchObject({ code: "CULLET_UNSUPPORTED" });
    await expect(cache.deletePattern("*")).rejects.toMatchObject({ code: "CULLET_UNSUPPORTED" });
    await cache.clear({ all: true });
    expect(backend.entries.size).toBe(0);
  });
});

describe("getAtOnce", () => {
  it("returns the value itself where the backend has it at once", async () => {
    const cache = createCache(new PromptBackend());
    await cache.set("k", { a: 1 });
    expect(cache.getAtOnce("k")).toEqual({ a: 1 });
    expect(cache.getAtOnce("missing")).toBeUndefined();
    expect(cache.getAtOnce("k", { version: 2 })).toBeUndefined();
    expect(cache.stats()).toMatchObject({ hits: 1, misses: 2 });
  });

  it("returns a promise where the backend takes time, is not loaded yet, or somebody listens", async () => {
    const slow = createCache(new MapBackend());
    await slow.set("k", "v");
    const value = slow.getAtOnce("k");
    expect(value).toBeInstanceOf(Promise);
    expect(await value).toBe("v");
    const unloaded = createCache(new PromptBackend()).getAtOnce("k");
    expect(unloaded).toBeInstanceOf(Promise);
    expect(await unloaded).toBeUndefined();

    const prompt = createCache(new PromptBackend());
    await prompt.set("k", "v");
    const told: unknown[] = [];
    const listener = (trace: unknown) => told.push(trace);
    subscribe("tracing:cullet:asyncEnd", listener);
    try {
      expect(await prompt.getAtOnce("k")).toBe("v");
    } finally {
      unsubscribe("tracing:cullet:asyncEnd", listener);
    }
    expect(told).toEqual([expect.objectContaining({ operation: "get", keys: ["k"], hit: true })]);
  });

  it("does not throw: it rejects as get does, and fails open as it does", async () => {
    const backend = new PromptBackend();
    const cache = createCache(backend);
    const open = createCache({ backend: () => backend, failOpen: true });
    await Promise.all([cache.set("k", "v"), open.set("k", "v")]);
    await expect(cache.getAtOnce("a\0b")).rejects.toThrow(InvalidKeyError);
    backend.isBroken = true;
    await expect(cache.getAtOnce("k")).rejects.toThrow("the backend of cache failed: out of cheese");
    expect(await open.getAtOnce("k")).toBeUndefined();
    expect([cache.stats().errors, open.stats().errors]).toEqual([1, 1]);
    await expect(createCache(new BrokenBackend()).getAtOnce("k")).rejects.toThrow(BackendError);
    await cache.close();
    await expect(cache.getAtOnce("k")).rejects.toThrow("cache is closed");
  });
});
