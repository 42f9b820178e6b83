import { locmem } from "@cullet/backend-locmem";
import { BackendError, type Cache, createCache } from "@cullet/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { TieredOptions } from "../src/index.js";
import { tiered } from "../src/index.js";
import { Store, StoreBackend } from "./store.js";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

interface Process {
  readonly cache: Cache;
  readonly far: StoreBackend;
}

/** Makes a cache of two tiers over `store`, as a process of its own would. */
function processOver(store: Store, options: Partial<TieredOptions> & { tells?: boolean } = {}): Process {
  const { tells = true, ...rest } = options;
  const far = new StoreBackend(store, { tells });
  return { cache: createCache(tiered({ far, ...rest })), far };
}

/** Returns a promise, and what settles it. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe("a copy", () => {
  it("saves the way to the far tier", async () => {
    const { cache, far } = processOver(new Store());
    await cache.set("key", { a: 1 });
    expect(await cache.get("key")).toEqual({ a: 1 });
    const { reads } = far;
    expect(await cache.get("key")).toEqual({ a: 1 });
    expect(await cache.getMany(["key"])).toEqual(new Map([["key", { a: 1 }]]));
    expect(await cache.getOrSet("key", () => "made")).toEqual({ a: 1 });
    expect(far.reads).toBe(reads);
  });

  it("is read once for all who want it at the same time", async () => {
    const { cache, far } = processOver(new Store());
    await cache.set("key", "value");
    const { reads } = far;
    const values = await Promise.all(Array.from({ length: 100 }, () => cache.get("key")));
    expect(new Set(values)).toEqual(new Set(["value"]));
    expect(far.reads).toBe(reads + 1);
  });

  it("of what is missing is not kept", async () => {
    const store = new Store();
    const [one, other] = [processOver(store, { tells: false }), processOver(store, { tells: false })];
    expect(await one.cache.get("key")).toBeUndefined();
    await other.cache.set("key", "value");
    expect(await one.cache.get("key")).toBe("value");
  });

  it("may be of anything, null included, whatever the far tier keeps", async () => {
    for (const far of [locmem({ location: "far" }), new StoreBackend(new Store(), { tells: false })]) {
      const cache = createCache(tiered({ far }));
      const values = { null: null, zero: 0, empty: "", false: false, date: new Date(0), list: [1] };
      await cache.setMany(values);
      expect(await cache.get("null", "default")).toBeNull();
      // Some are near by now, and some are not.
      for (let time = 0; time < 3; time += 1) {
        expect(Object.fromEntries(await cache.getMany([...Object.keys(values), "missing"]))).toEqual(values);
        await cache.set("list", [1]);
      }
    }
  });

  it("is not what its reader makes of it", async () => {
    const { cache } = processOver(new Store());
    await cache.set("key", { bytes: Buffer.from("abc"), list: [1] });
    const first = (await cache.get("key")) as { bytes: Buffer; list: number[] };
    first.bytes.fill(0);
    first.list.push(2);
    expect(await cache.get("key")).toEqual({ bytes: Buffer.from("abc"), list: [1] });
  });
});

describe("a change", () => {
  const changes: Readonly<Record<string, (cache: Cache) => Promise<unknown>>> = {
    set: (cache) => cache.set("key", 2),
    setMany: (cache) => cache.setMany({ key: 2 }),
    delete: (cache) => cache.delete("key"),
    deleteMany: (cache) => cache.deleteMany(["key"]),
    incr: (cache) => cache.incr("key"),
    clear: (cache) => cache.clear(),
    deletePattern: (cache) => cache.deletePattern("k*"),
    incrVersion: (cache) => cache.incrVersion("key"),
    "touch that ends it": (cache) => cache.touch("key", 0),
    "a shorter touch": async (cache) => {
      await cache.touch("key", 1);
      vi.advanceTimersByTime(1_500);
    },
  };

  it.each(Object.entries(changes))(
    "by %s is seen at once by the cache that made it",
    async (_name, change) => {
      for (const tells of [true, false]) {
        const { cache } = processOver(new Store(), { tells });
        await cache.set("key", 1, null);
        expect(await cache.get("key")).toBe(1);
        await change(cache);
        expect(await cache.get("key")).toBe(await valueWithoutTiers(change));
      }
    },
  );

  it.each(Object.entries(changes))("by %s is seen by others, when they are told", async (_name, change) => {
    const store = new Store();
    const [one, other] = [processOver(store), processOver(store)];
    await one.cache.set("key", 1, null);
    expect(await other.cache.get("key")).toBe(1);
    await change(one.cache);
    expect(await other.cache.get("key")).toBe(await valueWithoutTiers(change));
  });

  it("that nobody tells of is seen within the near timeout, and not before", async () => {
    const store = new Store();
    const options = { tells: false, nearTimeout: "2s" };
    const [one, other] = [processOver(store, options), processOver(store, options)];
    await one.cache.set("key", "old");
    expect(await other.cache.get("key")).toBe("old");
    await one.cache.set("key", "new");
    vi.advanceTimersByTime(1_999);
    expect(await other.cache.get("key")).toBe("old");
    vi.advanceTimersByTime(1);
    expect(await other.cache.get("key")).toBe("new");
  });

  it("that nobody tells of is seen within five seconds, unless configured", async () => {
    const store = new Store();
    const [one, other] = [processOver(store, { tells: false }), processOver(store, { tells: false })];
    await one.cache.set("key", "old");
    expect(await other.cache.get("key")).toBe("old");
    await one.cache.set("key", "new");
    vi.advanceTimersByTime(4_999);
    expect(await other.cache.get("key")).toBe("old");
    vi.advanceTimersByTime(1);
    expect(await other.cache.get("key")).toBe("new");
  });

  it("that was told of wrongly is seen within a minute, unless configured", async () => {
    const store = new Store();
    const { cache } = processOver(store);
    await cache.set("key", "old", null);
    expect(await cache.get("key")).toBe("old");
    const writer = createCache(new StoreBackend(store, { tells: false }));
    await writer.set("key", "new", null);
    vi.advanceTimersByTime(59_999);
    expect(await cache.get("key")).toBe("old");
    vi.advanceTimersByTime(1);
    expect(await cache.get("key")).toBe("new");
  });

  it("while the value is being read keeps the old one from becoming a copy", async () => {
    const store = new Store();
    const [one, other] = [processOver(store), processOver(store)];
    await one.cache.set("key", "old");
    await other.cache.ready();
    const { opened, open } = gate();
    other.far.after = () => opened;
    const reading = other.cache.get("key");
    await vi.advanceTimersByTimeAsync(0);
    await one.cache.set("key", "new");
    other.far.after = () => undefined;
    open();
    // It was the value when the read began.
    expect(await reading).toBe("old");
    expect(await other.cache.get("key")).toBe("new");
  });

  it("of one's own while the value is being read keeps the old one from becoming a copy", async () => {
    const { cache, far } = processOver(new Store(), { tells: false });
    await cache.set("key", "old");
    const { opened, open } = gate();
    far.after = () => opened;
    const reading = cache.get("key");
    await vi.advanceTimersByTimeAsync(0);
    await cache.set("key", "new");
    far.after = () => undefined;
    open();
    expect(await reading).toBe("old");
    expect(await cache.get("key")).toBe("new");
  });

  /** Returns what `get` returns where there is one tier. */
  async function valueWithoutTiers(change: (cache: Cache) => Promise<unknown>): Promise<unknown> {
    const cache = createCache(new StoreBackend(new Store(), { tells: false }));
    await cache.set("key", 1, null);
    await change(cache);
    return cache.get("key");
  }
});

describe("the life of a copy", () => {
  it("ends with that of the entry", async () => {
    const { cache } = processOver(new Store());
    await cache.set("key", "value", "1500ms");
    vi.advanceTimersByTime(1_000);
    expect(await cache.get("key")).toBe("value");
    vi.advanceTimersByTime(499);
    expect(await cache.get("key")).toBe("value");
    vi.advanceTimersByTime(1);
    expect(await cache.get("key")).toBeUndefined();
  });

  it("does so too where the far tier took long to answer", async () => {
    const { cache, far } = processOver(new Store());
    await cache.set("key", "value", 1);
    far.after = () => new Promise((resolve) => setTimeout(resolve, 400));
    const reading = cache.get("key");
    await vi.advanceTimersByTimeAsync(400);
    expect(await reading).toBe("value");
    far.after = () => undefined;
    const { reads } = far;
    vi.advanceTimersByTime(599);
    expect(await cache.get("key")).toBe("value");
    expect(far.reads).toBe(reads);
    vi.advanceTimersByTime(1);
    expect(await cache.get("key")).toBeUndefined();
  });

  it("ends where the value is stale, and only the far tier may know a fresh one", async () => {
    const store = new Store();
    const [one, other] = [processOver(store, { tells: false }), processOver(store, { tells: false })];
    const options = { timeout: 2, staleWhileRevalidate: 60 };
    expect(await one.cache.getOrSet("key", () => "old", options)).toBe("old");
    expect(await other.cache.getOrSet("key", () => "unused", options)).toBe("old");
    vi.advanceTimersByTime(2_000);
    expect(await one.cache.getOrSet("key", () => "new", options)).toBe("old");
    await vi.advanceTimersByTimeAsync(10);
    expect(await other.cache.get("key")).toBe("new");
  });
});

describe("what only one may decide", () => {
  it("is decided by the far tier: add, incr, has, ttl and touch", async () => {
    const store = new Store();
    const [one, other] = [processOver(store, { tells: false }), processOver(store, { tells: false })];
    await one.cache.set("key", 1, null);
    expect(await other.cache.get("key")).toBe(1);
    expect(await one.cache.incr("key")).toBe(2);
    expect(await other.cache.incr("key")).toBe(3);
    await one.cache.get("key");
    await other.cache.delete("key");
    expect(await one.cache.has("key")).toBe(false);
    expect(await one.cache.ttl("key")).toBeUndefined();
    expect(await one.cache.touch("key", 60)).toBe(false);
    expect(await one.cache.add("key", "mine")).toBe(true);
    expect(await other.cache.add("key", "theirs")).toBe(false);
  });

  it("is decided by the far tier: who holds a lock", async () => {
    const store = new Store();
    const [one, other] = [processOver(store, { tells: false }), processOver(store, { tells: false })];
    const lock = await one.cache.lock("job", { timeout: 1 });
    expect(await other.cache.lock("job")).toBeUndefined();
    expect(await lock?.renew(10)).toBe(true);
    expect(await lock?.release()).toBe(true);
    const theirs = await other.cache.lock("job");
    expect(theirs?.isHeld).toBe(true);
    expect(await lock?.release()).toBe(false);
    expect(await theirs?.release()).toBe(true);
  });

  it("is decided by the far tier: under which version of its tags an entry is stored", async () => {
    const store = new Store();
    const [one, other] = [processOver(store, { tells: false }), processOver(store, { tells: false })];
    await one.cache.set("key", "old", { tags: ["tag"] });
    expect(await one.cache.get("key")).toBe("old");
    await other.cache.invalidateTags(["tag"]);
    await one.cache.set("key", "new", { tags: ["tag"] });
    expect(await one.cache.get("key")).toBe("new");
    expect(await other.cache.get("key")).toBe("new");
  });
});

describe("tags", () => {
  it("that another process invalidates are so everywhere, when that is told", async () => {
    const store = new Store();
    const [one, other] = [processOver(store), processOver(store)];
    await one.cache.set("key", "value", { tags: ["tag"] });
    expect(await other.cache.get("key")).toBe("value");
    const { reads } = other.far;
    expect(await other.cache.get("key")).toBe("value");
    expect(other.far.reads).toBe(reads);
    await one.cache.invalidateTags(["tag"]);
    expect(await other.cache.get("key")).toBeUndefined();
  });

  it("that another process invalidates are so within the near timeout, when nobody tells", async () => {
    const store = new Store();
    const [one, other] = [processOver(store, { tells: false }), processOver(store, { tells: false })];
    await one.cache.set("key", "value", { tags: ["tag"], timeout: null });
    expect(await other.cache.get("key")).toBe("value");
    await one.cache.invalidateTags(["tag"]);
    vi.advanceTimersByTime(5_000);
    expect(await other.cache.get("key")).toBeUndefined();
  });
});

describe("while changes may go untold", () => {
  it("no copy is used, and none of before is used afterwards", async () => {
    const store = new Store();
    const { cache, far } = processOver(store);
    await cache.set("key", "old");
    expect(await cache.get("key")).toBe("old");
    for (const listener of store.listeners) listener.deaf(new Error("the connection was lost"));
    const writer = createCache(new StoreBackend(store, { tells: false }));
    await writer.set("key", "new");
    expect(await cache.get("key")).toBe("new");
    await writer.set("key", "newer");
    expect(await cache.get("key")).toBe("newer");
    const { reads } = far;
    for (const listener of store.listeners) listener.listening();
    expect(await cache.get("key")).toBe("newer");
    expect(await cache.get("key")).toBe("newer");
    expect(far.reads).toBe(reads + 1);
  });

  it("ready says why", async () => {
    const store = new Store();
    const far = new StoreBackend(store, { tells: true });
    far.watch = (_prefix, listener) => {
      listener.deaf(new BackendError("the server refuses to tell"));
      return () => {};
    };
    await expect(createCache(tiered({ far })).ready()).rejects.toThrow("the server refuses to tell");
    await createCache(tiered({ far, watch: false })).ready();
  });
});

describe("a far tier that fails", () => {
  const fail = async () => {
    throw new BackendError("the server is down");
  };

  it("is an error for who asks for what there is no copy of", async () => {
    const { cache, far } = processOver(new Store(), { nearTimeout: 1 });
    await cache.set("key", "value", null);
    expect(await cache.get("key")).toBe("value");
    far.before = fail;
    expect(await cache.get("key")).toBe("value");
    await expect(cache.get("other")).rejects.toThrow("the server is down");
    await expect(cache.set("key", "new")).rejects.toThrow("the server is down");
    vi.advanceTimersByTime(1_000);
    await expect(cache.get("key")).rejects.toThrow("the server is down");
  });

  it("is stood in for by what there are copies of, if told to", async () => {
    const store = new Store();
    const { cache, far } = processOver(store, { nearTimeout: 1, serveNearOnError: true });
    await cache.set("key", "value", 60);
    await cache.set("tagged", "value", { tags: ["tag"], timeout: 60 });
    expect(await cache.get("key")).toBe("value");
    expect(await cache.get("tagged")).toBe("value");
    far.before = fail;
    for (const listener of store.listeners) listener.deaf(new Error("the server is down"));
    vi.advanceTimersByTime(30_000);
    expect(await cache.get("key")).toBe("value");
    expect(await cache.get("tagged")).toBe("value");
    expect(await cache.getMany(["key", "other"])).toEqual(new Map([["key", "value"]]));
    await expect(cache.get("other")).rejects.toThrow("the server is down");
    await expect(cache.has("key")).rejects.toThrow("the server is down");
    // Never for longer than the far tier would have had it.
    vi.advanceTimersByTime(30_000);
    await expect(cache.get("key")).rejects.toThrow("the server is down");
    far.before = () => undefined;
    expect(await cache.get("key")).toBeUndefined();
  });

  it("is not stood in for by what was dropped", async () => {
    const store = new Store();
    const { cache, far } = processOver(store, { serveNearOnError: true });
    await cache.setMany({ deleted: 1, cleared: 1 });
    await cache.getMany(["deleted", "cleared"]);
    await cache.delete("deleted");
    far.before = fail;
    await expect(cache.get("deleted")).rejects.toThrow("the server is down");
    far.before = () => undefined;
    await cache.clear();
    far.before = fail;
    await expect(cache.get("cleared")).rejects.toThrow("the server is down");
  });

  it("leaves the copy of what it refused to change, and no copy of what it may have changed", async () => {
    const { cache, far } = processOver(new Store(), { tells: false });
    await cache.set("key", "old");
    expect(await cache.get("key")).toBe("old");
    const { reads } = far;
    far.before = fail;
    await expect(cache.set("key", "new")).rejects.toThrow("the server is down");
    expect(await cache.get("key")).toBe("old");
    expect(far.reads).toBe(reads);
    far.before = async () => {
      throw new BackendError("no answer", { indeterminate: true });
    };
    await expect(cache.set("key", "new")).rejects.toThrow("no answer");
    far.before = () => undefined;
    expect(await cache.get("key")).toBe("old");
    expect(far.reads).toBe(reads + 1);
  });
});

describe("a prefix", () => {
  it("keeps copies of what begins with it, and of nothing else", async () => {
    const far = new StoreBackend(new Store(), { tells: true });
    const backend = tiered({ far, prefix: "app:" });
    const [app, other] = ["app", "other"].map((keyPrefix) => createCache({ backend, keyPrefix }));
    await app?.set("key", "value");
    await other?.set("key", "value");
    await app?.get("key");
    await other?.get("key");
    const { reads } = far;
    await app?.get("key");
    expect(far.reads).toBe(reads);
    await other?.get("key");
    expect(far.reads).toBe(reads + 1);
  });
});
