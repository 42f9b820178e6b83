import { afterEach, describe, expect, it, vi } from "vitest";
import { createCache } from "../../src/index.js";
import { HoardingBackend } from "../map-backend.js";

describe("what is derived for a backend that does not look at the time", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is about live entries only", async () => {
    vi.useFakeTimers();
    const cache = createCache(new HoardingBackend());
    await cache.setMany({ a: 1, b: 1, c: 1, d: 1 }, 1);
    vi.advanceTimersByTime(1_000);
    expect(await cache.get("a")).toBeUndefined();
    expect(await cache.has("a")).toBe(false);
    expect(await cache.touch("b", 60)).toBe(false);
    expect(await cache.get("b")).toBeUndefined();
    await expect(cache.incr("c")).rejects.toMatchObject({ code: "CULLET_KEY_NOT_FOUND" });
    expect(await cache.add("d", 2)).toBe(true);
    expect(await cache.get("d")).toBe(2);
  });
});

describe("copies of what is in a store that does not know the expiry", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("are for as long as the payload says, and none of a counter whose expiry nobody knows", async () => {
    vi.useFakeTimers();
    const backend = new HoardingBackend();
    const counting = new HoardingBackend();
    Object.assign(counting, { features: { ...counting.features, counters: true } });
    for (const [store, wanted] of [
      [backend, [60_000, null]],
      [counting, [0, 0]],
    ] as const) {
      const cache = createCache(store);
      await cache.set("minute", 1, 60);
      await cache.set("never", 1, null);
      const copies = await store.getCopies([":1:minute", ":1:never"]);
      expect(copies.map((copy) => copy?.ttlMs)).toEqual(wanted);
    }
  });

  it("are for no longer than the value is fresh", async () => {
    vi.useFakeTimers();
    const backend = new HoardingBackend();
    const cache = createCache(backend);
    await cache.getOrSet("key", () => "value", { timeout: 10, staleWhileRevalidate: 60 });
    expect((await backend.getCopies([":1:key"]))[0]?.ttlMs).toBe(10_000);
    vi.advanceTimersByTime(15_000);
    expect((await backend.getCopies([":1:key"]))[0]?.ttlMs).toBe(0);
  });
});

describe("a backend that has to load something", () => {
  it("is waited for before anything is asked, its features included", async () => {
    class LoadingBackend extends HoardingBackend {
      isLoaded = false;
      override async load() {
        await new Promise((resolve) => setTimeout(resolve, 5));
        this.isLoaded = true;
      }
      override get(key: string) {
        expect(this.isLoaded).toBe(true);
        return super.get(key);
      }
    }
    await createCache(new LoadingBackend()).get("key");
  });
});
