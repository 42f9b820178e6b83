import { afterEach, describe, expect, it, vi } from "vitest";
import { BaseBackend, createCache, type Payload } from "../../src/index.js";

/** Keeps what it was given, whether or not it has expired. */
class HoardingBackend extends BaseBackend {
  readonly #entries = new Map<string, Payload>();

  get(key: string): Payload | undefined {
    return this.#entries.get(key);
  }

  set(key: string, payload: Payload): void {
    this.#entries.set(key, payload);
  }

  delete(key: string): boolean {
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}

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
