import { createCache } from "@cullet/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { locmem } from "../src/index.js";

let names = 0;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1_000);

describe.each([true, false])("caches of one name, with copies: %s,", (clone) => {
  const twoCaches = (options = {}) => {
    const location = `stampedes ${++names}`;
    const make = () => createCache({ backend: locmem, location, options: { clone, ...options } });
    return { one: make(), other: make() };
  };

  it("share tags", async () => {
    const { one, other } = twoCaches();
    await one.setMany({ a: { list: [1] }, n: 5, text: "text" }, { tags: ["t"] });
    expect(await other.getMany(["a", "n", "text"])).toEqual(
      new Map<string, unknown>([
        ["a", { list: [1] }],
        ["n", 5],
        ["text", "text"],
      ]),
    );
    expect(await other.incr("n")).toBe(6);
    await other.invalidateTags(["t"]);
    expect(await one.getMany(["a", "n", "text"])).toEqual(new Map());
    expect(await one.has("a")).toBe(false);
    const keys: string[] = [];
    for await (const key of one.keys()) keys.push(key);
    expect(keys).toEqual([]);
    expect(await one.add("a", "new")).toBe(true);
    expect(await other.get("a")).toBe("new");
  });

  it("refresh an old value once, with a lock", async () => {
    const { one, other } = twoCaches();
    const options = { timeout: 10, staleWhileRevalidate: 60, lock: true };
    const value = { version: 1 };
    await one.getOrSet("k", () => value, options);
    await seconds(20);
    expect(await one.get("k")).toBeUndefined();
    const make = vi.fn(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return { version: 2 };
    });
    const calls = [one, other, one, other].map((cache) => cache.getOrSet("k", make, options));
    for (const seen of await Promise.all(calls)) expect(seen).toEqual({ version: 1 });
    await seconds(2);
    expect(await other.get("k")).toEqual({ version: 2 });
    expect(make).toHaveBeenCalledTimes(1);
  });

  it("exclude each other by a lock", async () => {
    const { one, other } = twoCaches();
    const lock = await one.lock("job", { timeout: 2 });
    expect(await other.lock("job")).toBeUndefined();
    expect(await lock?.release()).toBe(true);
    expect(await other.lock("job")).toBeDefined();
  });

  it("do not take it for a use when it is asked whether an entry is there", async () => {
    const { one } = twoCaches({ maxEntries: 4, cullFrequency: 4 });
    await one.set("a", 1, { tags: ["t"] });
    await one.set("b", 2);
    await one.set("c", 3);
    expect(await one.has("b")).toBe(true);
    await one.get("a");
    await one.set("d", 4);
    expect([await one.has("a"), await one.has("b"), await one.has("c")]).toEqual([true, false, true]);
  });
});
