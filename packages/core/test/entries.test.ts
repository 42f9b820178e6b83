import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Cache, createCache } from "../src/index.js";
import { MapBackend } from "./map-backend.js";
import { StoreBackend } from "./store-backend.js";

const METHODS = ["get", "set", "delete", "has", "ttl"] as const;

/** Notes the calls that a backend gets from its cache. */
function watched(backend: MapBackend) {
  const calls: string[] = [];
  for (const name of METHODS) {
    const method = backend[name].bind(backend) as (...args: unknown[]) => never;
    Object.assign(backend, {
      [name]: (...args: unknown[]) => {
        calls.push(name);
        return method(...args);
      },
    });
  }
  return { cache: createCache(backend), calls };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("an entry without a note", () => {
  it.each([
    ["knows when entries expire", new StoreBackend(), { ttl: ["ttl", "get"] }],
    ["does not", new MapBackend(), { ttl: ["get"] }],
  ])(
    "takes one command of a store that %s, but where two are sent at once",
    async (_name, backend, { ttl }) => {
      const { cache, calls } = watched(backend);
      const callsOf = async (call: () => Promise<unknown>) => {
        calls.length = 0;
        await call();
        return [...calls];
      };
      await cache.set("k", "value", 60);
      expect(await callsOf(() => cache.get("k"))).toEqual(["get"]);
      expect(await callsOf(() => cache.has("k"))).toEqual(["get"]);
      expect(await callsOf(() => cache.getOrSet("k", () => 1))).toEqual(["get"]);
      expect(await callsOf(() => cache.set("k", "value", 60))).toEqual(["set"]);
      expect((await callsOf(() => cache.ttl("k"))).toSorted()).toEqual(ttl.toSorted());
      expect(await cache.ttl("k")).toBe(60);
    },
  );

  it("is not there any more when its timeout is over, though the store still has it", async () => {
    const backend = new MapBackend();
    const cache = createCache(backend);
    await cache.set("k", "value", 60);
    for (const entry of backend.entries.values()) entry.expires = Number.POSITIVE_INFINITY;
    expect(await cache.has("k")).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await cache.has("k")).toBe(false);
    expect(await cache.ttl("k")).toBeUndefined();
  });
});

describe("an entry with tags that is counted with", () => {
  /** Two caches, as two processes would have them, over one store that has a counter with a tag. */
  async function counting() {
    const backend = new StoreBackend();
    const theirs = Object.assign(new StoreBackend(), { entries: backend.entries });
    const [one, other] = [createCache(backend), createCache(theirs)];
    await one.set("n", 5, { tags: ["t"], timeout: null });
    return { backend, theirs, one, other };
  }

  it("loses nothing to who counts at the same time elsewhere", async () => {
    const { one, other } = await counting();
    const counted = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? one : other).incr("n"));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(new Set(await Promise.all(counted)).size).toBe(20);
    expect(await one.get("n")).toBe(25);
  });

  it("is counted after one died who was about to, and not waited for without end", async () => {
    const { backend, theirs, one, other } = await counting();
    // A process that dies drops nothing.
    backend.delete = async () => false;
    const last = one.incr("n");
    await vi.advanceTimersByTimeAsync(1);
    expect(await last).toBe(6);
    const next = other.incr("n");
    await vi.advanceTimersByTimeAsync(5_100);
    expect(await next).toBe(7);

    theirs.add = async () => false;
    const late = expect(other.incr("n")).rejects.toMatchObject({
      code: "CULLET_BACKEND_TIMEOUT",
      message: 'the entry at ":1:n" was not changed: others kept changing it for 10000 ms',
    });
    await vi.advanceTimersByTimeAsync(10_100);
    await late;
    expect(await other.get("n")).toBe(7);
  });

  it("is not changed by one that stood still for longer than its turn", async () => {
    const { backend, one, other } = await counting();
    const { get } = backend;
    let looks = 0;
    backend.get = async (key) => {
      const payload = await get.call(backend, key);
      // Its second look at the counter, in its turn, which it does not see before that is over.
      if (key === ":1:n" && ++looks === 2) {
        backend.get = get;
        for (const hidden of backend.entries.keys())
          if (hidden.includes("~change")) backend.entries.delete(hidden);
        await other.incr("n");
      }
      return payload;
    };
    await expect(one.incr("n")).rejects.toMatchObject({
      code: "CULLET_BACKEND_TIMEOUT",
      message: 'the entry at ":1:n" was not changed: this process stood still for too long',
    });
    expect(await one.get("n")).toBe(6);
  });
});

describe.each([
  ["a store that knows the expiry", () => new StoreBackend()],
  ["a store that does not", () => new MapBackend()],
])("on %s, an entry that takes several commands to change", (_name, create) => {
  const windowed = { timeout: 60, staleWhileRevalidate: 60 };
  const tagged = { timeout: 60, tags: ["t"] };

  it.each([
    ["set", (cache: Cache) => cache.set("k", 100, 60)],
    ["setMany", (cache: Cache) => cache.setMany({ k: 100 }, 60)],
  ])("is what a %s meanwhile made of it", async (_what, store) => {
    for (const turns of [0, 1, 2, 3, 5, 8, 13, 21]) {
      const cache = createCache(create());
      await cache.getOrSet("k", () => 5, windowed);
      const touched = cache.touch("k", 30);
      for (let turn = 0; turn < turns; turn += 1) await undefined;
      await store(cache);
      expect(await touched).toBe(true);
      expect(await cache.get("k")).toBe(100);
    }
  });

  it("counts before or after a set", async () => {
    for (const turns of [0, 1, 2, 3, 5, 8, 13, 21]) {
      const cache = createCache(create());
      await cache.set("k", 5, tagged);
      const counted = cache.incr("k");
      for (let turn = 0; turn < turns; turn += 1) await undefined;
      await cache.set("k", 100, 60);
      const sum = await counted;
      expect([6, 101]).toContain(sum);
      expect(await cache.get("k")).toBe(sum === 6 ? 100 : 101);
    }
  });

  it.each([
    ["delete", (cache: Cache) => cache.delete("k")],
    ["clear", (cache: Cache) => cache.clear()],
  ])("stays away after a %s meanwhile", async (_what, drop) => {
    for (const turns of [0, 1, 2, 3, 5, 8, 13, 21]) {
      const cache = createCache(create());
      await cache.set("k", 5, tagged);
      const counted = cache.incr("k").catch(() => 0);
      for (let turn = 0; turn < turns; turn += 1) await undefined;
      await drop(cache);
      expect([0, 6]).toContain(await counted);
      expect(await cache.get("k")).toBeUndefined();
    }
  });
});
