import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Cache, createCache } from "../src/index.js";
import { MapBackend } from "./map-backend.js";
import { StoreBackend } from "./store-backend.js";

const backends = { "the four methods": MapBackend, "a store outside the process": StoreBackend };

/** A store that counts what it is asked for. */
class CountingBackend extends StoreBackend {
  readonly calls: string[] = [];

  override async get(key: string) {
    this.calls.push("get");
    return super.get(key);
  }

  override async getEach(keys: readonly string[]) {
    this.calls.push(`getEach of ${keys.length}`);
    return Promise.all(keys.map((key) => super.get(key)));
  }

  override async set(...entry: Parameters<StoreBackend["set"]>) {
    this.calls.push("set");
    return super.set(...entry);
  }
}

async function collect(keys: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const key of keys) all.push(key);
  return all.sort();
}

/** Lists its keys as well. */
class ListingBackend extends StoreBackend {
  override readonly features = { ...new StoreBackend().features, lists: true };

  override async *keys(prefix: string) {
    for (const key of this.entries.keys()) if (key.startsWith(prefix)) yield key;
  }
}

describe.each(Object.entries(backends))("tags over %s", (_name, Backend) => {
  const twoCaches = () => {
    const backend = new Backend();
    return { backend, cache: createCache(backend), other: createCache(backend) };
  };

  it("make misses of the entries stored with them, and of no others", async () => {
    const { cache, other } = twoCaches();
    await cache.set("a", 1, { tags: ["red", "round"] });
    await cache.setMany({ b: "two", c: { three: 3 } }, { tags: ["red"] });
    expect(await cache.add("d", 4, { tags: ["round"] })).toBe(true);
    await cache.set("e", 5);
    await other.invalidateTags(["red"]);
    expect(await cache.getMany(["a", "b", "c", "d", "e"])).toEqual(
      new Map([
        ["d", 4],
        ["e", 5],
      ]),
    );
    await cache.set("a", "again", { tags: ["red", "round"] });
    expect(await other.get("a")).toBe("again");
    await cache.invalidateTags(["round", "none has this"]);
    expect(await cache.get("a", "default")).toBe("default");
    expect(await cache.get("d")).toBeUndefined();
    expect(await cache.get("e")).toBe(5);
  });

  it("make an entry absent for every operation", async () => {
    const { cache } = twoCaches();
    const set = () => cache.set("k", 7, { tags: ["t"], timeout: 100 });
    await set();
    expect(await cache.has("k")).toBe(true);
    expect(await cache.ttl("k")).toBeGreaterThan(99);
    expect(await cache.add("k", 8)).toBe(false);
    await cache.invalidateTags(["t"]);
    expect(await cache.has("k")).toBe(false);
    expect(await cache.ttl("k")).toBeUndefined();
    expect(await cache.touch("k", 50)).toBe(false);
    await expect(cache.incr("k")).rejects.toMatchObject({ code: "CULLET_KEY_NOT_FOUND" });
    await expect(cache.incrVersion("k")).rejects.toMatchObject({ code: "CULLET_KEY_NOT_FOUND" });
    expect(await cache.getOrSet("other", () => cache.get("k", "gone"))).toBe("gone");
    expect(await cache.delete("k")).toBe(false);
    await set();
    await cache.invalidateTags(["t"]);
    expect(await cache.deleteMany(["k"])).toBe(0);
    await set();
    await cache.invalidateTags(["t"]);
    expect(await cache.add("k", "new")).toBe(true);
    expect(await cache.get("k")).toBe("new");
    await cache.invalidateTags(["t"]);
    expect(await cache.get("k")).toBe("new");
  });

  it("stay with an entry that is touched, counted or moved", async () => {
    const { cache } = twoCaches();
    await cache.set("n", 5, { tags: ["t"], timeout: 10 });
    expect(await cache.touch("n", 100)).toBe(true);
    expect(await cache.ttl("n")).toBeGreaterThan(90);
    expect(await cache.incr("n", 2)).toBe(7);
    expect(await Promise.all([cache.incr("n"), cache.incr("n"), cache.decr("n")])).toHaveLength(3);
    expect(await cache.get("n")).toBe(8);
    expect(await cache.ttl("n")).toBeGreaterThan(90);
    expect(await cache.incrVersion("n")).toBe(2);
    expect(await cache.get("n", undefined, { version: 2 })).toBe(8);
    await cache.invalidateTags(["t"]);
    expect(await cache.get("n", undefined, { version: 2 })).toBeUndefined();
  });

  it("are replaced with the value", async () => {
    const { cache } = twoCaches();
    await cache.set("k", 1, { tags: ["old"] });
    await cache.set("k", 2, { tags: ["new"] });
    await cache.invalidateTags(["old"]);
    expect(await cache.get("k")).toBe(2);
    await cache.set("k", 3);
    await cache.invalidateTags(["new"]);
    expect(await cache.get("k")).toBe(3);
  });

  it("are those of the whole cache, whatever the view", async () => {
    const { cache } = twoCaches();
    const users = cache.withPrefix("users");
    await users.set("k", 1, { tags: ["t"] });
    await cache.withVersion(2).set("k", 2, { tags: ["t"] });
    await users.invalidateTags(["t"]);
    expect(await users.get("k")).toBeUndefined();
    expect(await cache.get("k", undefined, { version: 2 })).toBeUndefined();
  });

  it("leave no entry alive whose version is lost", async () => {
    const { backend, cache } = twoCaches();
    await cache.set("k", 1, { tags: ["t"] });
    for (const key of backend.entries.keys()) if (key.includes("~tag:")) backend.entries.delete(key);
    expect(await cache.get("k")).toBeUndefined();
    await cache.set("l", 1, { tags: ["t"] });
    expect(await cache.get("k")).toBeUndefined();
    expect(await cache.get("l")).toBe(1);
  });

  it("are dropped by clear, and work afterwards", async () => {
    const { backend, cache } = twoCaches();
    await cache.set("k", 1, { tags: ["t"] });
    await cache.clear();
    expect(backend.entries.size).toBe(0);
    await cache.set("k", 2, { tags: ["t"] });
    expect(await cache.get("k")).toBe(2);
    await cache.invalidateTags(["t"]);
    expect(await cache.get("k")).toBeUndefined();
  });

  it("of thousands of entries are invalidated by one write", async () => {
    const { backend, cache } = twoCaches();
    const entries = Object.fromEntries(Array.from({ length: 3_000 }, (_, at) => [`k${at}`, at]));
    await cache.setMany(entries, { tags: ["t"] });
    const before = backend.entries.size;
    await cache.invalidateTags(["t"]);
    expect(backend.entries.size).toBe(before);
    expect(await cache.getMany(Object.keys(entries))).toEqual(new Map());
  });

  it("agree with a model, whoever does what in whatever order", async () => {
    const key = fc.constantFrom("a", "b");
    const tags = fc.uniqueArray(fc.constantFrom("x", "y", "z"), { maxLength: 2 });
    const step = fc.oneof(
      fc.record({ do: fc.constant("set" as const), key, tags }),
      fc.record({ do: fc.constant("add" as const), key, tags }),
      fc.record({ do: fc.constant("getOrSet" as const), key, tags }),
      fc.record({ do: fc.constant("incr" as const), key }),
      fc.record({ do: fc.constant("touch" as const), key }),
      fc.record({ do: fc.constant("delete" as const), key }),
      fc.record({ do: fc.constant("invalidate" as const), tags }),
      fc.record({ do: fc.constant("clear" as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step, fc.boolean()), { maxLength: 30 }), async (steps) => {
        const { cache, other } = twoCaches();
        const model = new Map<string, { value: number; tags: readonly string[] }>();
        for (const [at, [step, isOther]] of steps.entries()) {
          const who: Cache = isOther ? other : cache;
          const there = "key" in step ? model.get(step.key) : undefined;
          if (step.do === "set") {
            await who.set(step.key, at, { tags: step.tags });
            model.set(step.key, { value: at, tags: step.tags });
          } else if (step.do === "add") {
            expect(await who.add(step.key, at, { tags: step.tags })).toBe(there === undefined);
            if (there === undefined) model.set(step.key, { value: at, tags: step.tags });
          } else if (step.do === "getOrSet") {
            expect(await who.getOrSet(step.key, () => at, { tags: step.tags })).toBe(there?.value ?? at);
            if (there === undefined) model.set(step.key, { value: at, tags: step.tags });
          } else if (step.do === "incr") {
            const sum = who.incr(step.key).catch(() => undefined);
            expect(await sum).toBe(there && there.value + 1);
            if (there !== undefined) model.set(step.key, { ...there, value: there.value + 1 });
          } else if (step.do === "touch") {
            expect(await who.touch(step.key, 60)).toBe(there !== undefined);
          } else if (step.do === "delete") {
            expect(await who.delete(step.key)).toBe(there !== undefined);
            model.delete(step.key);
          } else if (step.do === "invalidate") {
            await who.invalidateTags(step.tags);
            for (const [key, entry] of model) {
              if (step.tags.some((tag) => entry.tags.includes(tag))) model.delete(key);
            }
          } else {
            await who.clear();
            model.clear();
          }
          const expected = new Map([...model].map(([key, { value }]) => [key, value]));
          expect(await cache.getMany(["a", "b"])).toEqual(new Map([...expected].sort()));
          expect([await other.has("a"), await other.has("b")]).toEqual([model.has("a"), model.has("b")]);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("tags", () => {
  it("cost a read of an entry nothing that has none, and one more round trip one that has", async () => {
    const backend = new CountingBackend();
    const cache = createCache(backend);
    await cache.set("plain", "v");
    expect(backend.calls).toEqual(["set"]);
    await cache.setMany({ a: "1", b: "2" }, { tags: ["x", "y"] });
    backend.calls.length = 0;
    await cache.get("plain");
    expect(backend.calls).toEqual(["get"]);
    backend.calls.length = 0;
    await cache.get("a");
    expect(backend.calls).toEqual(["get", "getEach of 2"]);
    backend.calls.length = 0;
    await cache.getMany(["a", "b", "plain"]);
    expect(backend.calls).toEqual(["getEach of 3", "getEach of 2"]);
    backend.calls.length = 0;
    await cache.getOrSet("plain", () => 1, { tags: ["x"] });
    expect(backend.calls).toEqual(["get"]);
  });

  it("are not listed among the keys, nor entries that they made misses of", async () => {
    const cache = createCache(new ListingBackend());
    await cache.set("a", 1, { tags: ["t"] });
    await cache.set("b", 2);
    await cache.lock("c");
    expect(await collect(cache.keys())).toEqual(["a", "b"]);
    await cache.invalidateTags(["t"]);
    expect(await collect(cache.keys())).toEqual(["b"]);
    expect(await cache.deletePattern("*")).toBe(1);
    await cache.set("a", 1, { tags: ["t"] });
    expect(await cache.get("a")).toBe(1);
  });

  it("stay in the store as they were when an entry is stored while one is invalidated", async () => {
    // The versions that an entry is to have are on their way back while the invalidation is done.
    const backend = new StoreBackend();
    const cache = createCache(backend);
    await cache.set("before", 1, { tags: ["t"] });
    const getEach = backend.getEach.bind(backend);
    let reply = (): void => {};
    backend.getEach = async (keys) => {
      backend.getEach = getEach;
      const found = await getEach(keys);
      await new Promise<void>((resolve) => (reply = resolve));
      return found;
    };
    const setting = cache.set("k", "old", { tags: ["t"] });
    await vi.waitFor(() => expect(backend.getEach).toBe(getEach));
    await cache.invalidateTags(["t"]);
    reply();
    await setting;
    expect(await cache.get("k")).toBeUndefined();
    await cache.set("k", "new", { tags: ["t"] });
    expect(await cache.get("k")).toBe("new");
  });

  it("keep what a caller changes after the call out of the value", async () => {
    const cache = createCache(new StoreBackend());
    await cache.ready();
    const value = { list: [1] };
    const setting = cache.set("k", value, { tags: ["t"] });
    value.list.push(2);
    await setting;
    expect(await cache.get("k")).toEqual({ list: [1] });
  });

  it("work with every serializer", async () => {
    for (const serializer of [
      "json",
      { serialize: (value: unknown) => `<${value}>`, deserialize: (bytes: Uint8Array) => String(bytes) },
    ] as const) {
      const cache = createCache({ backend: () => new StoreBackend(), serializer });
      await cache.setMany({ k: "text", n: 5 }, { tags: ["t"] });
      expect(await cache.get("k")).toBe(serializer === "json" ? "text" : "<text>");
      expect(await cache.incr("n")).toBe(6);
      await cache.invalidateTags(["t"]);
      expect(await cache.getMany(["k", "n"])).toEqual(new Map());
    }
  });

  it.each([
    ["t", 'tags must be a list of text; got "t"'],
    [5, "tags must be a list of text; got 5"],
    [[""], 'a tag must be text that is not empty, of well-formed Unicode; got ""'],
    [["a", 1], "a tag must be text that is not empty, of well-formed Unicode; got 1"],
  ])("are refused: %j", async (tags, message) => {
    const cache = createCache(new MapBackend());
    await expect(cache.set("k", 1, { tags: tags as never })).rejects.toThrow(message);
    await expect(cache.setMany({ k: 1 }, { tags: tags as never })).rejects.toThrow(message);
    await expect(cache.add("k", 1, { tags: tags as never })).rejects.toThrow(message);
    await expect(cache.getOrSet("k", 1, { tags: tags as never })).rejects.toThrow(message);
    await expect(cache.invalidateTags(tags as never)).rejects.toThrow(message);
    await expect(cache.getOrSet("k", ({ setTags }) => setTags(tags as never))).rejects.toThrow(message);
    expect(await cache.has("k")).toBe(false);
  });

  it("say so where the store does not take an invalidation", async () => {
    const backend = new StoreBackend();
    backend.setMany = async (payloads) => [...payloads.keys()];
    await expect(createCache(backend).invalidateTags(["a", "b"])).rejects.toThrow(
      "invalidateTags failed for 2 of 2 tags: the store did not take them",
    );
  });
});

describe("a tag that is invalidated while a function runs", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A function that ends when it is told to. */
  const slow = () => {
    let finish = (_value: unknown): void => {};
    const result = new Promise<unknown>((resolve) => (finish = resolve));
    return { run: () => result, finish };
  };

  it.each([true, false])("keeps the result out of the store; from this process: %s", async (isOwn) => {
    const backend = new StoreBackend();
    const cache = createCache(backend);
    const who = isOwn ? cache : createCache(backend);
    const old = slow();
    const calls = [cache.getOrSet("k", old.run, { tags: ["t"] })];
    await vi.advanceTimersByTimeAsync(1);
    await who.invalidateTags(["t"]);
    old.finish("old");
    expect(await Promise.all(calls)).toEqual(["old"]);
    expect(await cache.get("k")).toBeUndefined();
    expect(await cache.getOrSet("k", () => "new", { tags: ["t"] })).toBe("new");
    expect(await who.get("k")).toBe("new");
  });

  it.each([true, false])(
    "does so too where the function names it only then; from here: %s",
    async (isOwn) => {
      const backend = new StoreBackend();
      const cache = createCache(backend);
      const who = isOwn ? cache : createCache(backend);
      await cache.set("other", 1, { tags: ["t"] });
      const old = slow();
      const call = cache.getOrSet("k", async ({ setTags }) => {
        const value = await old.run();
        setTags(["t"]);
        return value;
      });
      await vi.advanceTimersByTimeAsync(1);
      await who.invalidateTags(["t"]);
      old.finish("old");
      expect(await call).toBe("old");
      expect(await cache.get("k")).toBeUndefined();
      await vi.advanceTimersByTimeAsync(1);
      await cache.getOrSet("k", ({ setTags }) => {
        setTags(["t"]);
        return "new";
      });
      expect(await cache.get("k")).toBe("new");
      await who.invalidateTags(["t"]);
      expect(await cache.get("k")).toBeUndefined();
    },
  );

  it("lets who comes after it start afresh", async () => {
    const cache = createCache(new StoreBackend());
    const old = slow();
    const first = cache.getOrSet("k", old.run, { tags: ["t"] });
    await vi.advanceTimersByTimeAsync(1);
    await cache.invalidateTags(["t"]);
    expect(await cache.getOrSet("k", () => "new", { tags: ["t"] })).toBe("new");
    old.finish("old");
    expect(await first).toBe("new");
    expect(await cache.get("k")).toBe("new");
  });
});
