import { createCache } from "@cullet/core";
import { type FakeClock, fakeClock } from "@cullet/core/testing";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { file } from "../src/index.js";
import { newDirectory, removeDirectories } from "./helpers.js";

let clock: FakeClock;

beforeEach(() => {
  clock = fakeClock();
});
afterEach(() => {
  clock[Symbol.dispose]();
});
afterAll(removeDirectories);

async function listOf(keys: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const key of keys) all.push(key);
  return all.sort();
}

describe("time in files, by a fake clock,", () => {
  it("ends an entry to the millisecond", async () => {
    await using cache = createCache({ backend: file, location: newDirectory() });
    await cache.set("k", "v", "1m");
    await cache.set("long", "x".repeat(100_000), "1m");
    await cache.set("n", 1, "1h");
    expect(await cache.ttl("k")).toBe(60);
    await clock.advance("59.999s");
    expect(await cache.getMany(["k", "long", "n"])).toHaveProperty("size", 3);
    expect(await cache.incr("n")).toBe(2);
    await clock.advance("1ms");
    expect(await cache.getMany(["k", "long", "n"])).toEqual(new Map([["n", 2]]));
    expect(await listOf(cache.keys())).toEqual(["n"]);
    expect(await cache.add("k", "new", "1m")).toBe(true);
    expect(await cache.touch("k", "2h")).toBe(true);
    await clock.advance("1h");
    expect(await listOf(cache.keys())).toEqual(["k"]);
  });

  it("culls what has expired by it before all else", async () => {
    const backend = file({ location: newDirectory(), options: { maxEntries: 4, cullFrequency: 2 } });
    await using cache = createCache(backend);
    await cache.set("short", 1, "1m");
    for (const key of ["a", "b", "c"]) await cache.set(key, 1, "1h");
    await clock.advance("1m");
    await cache.set("new", 1, "1h");
    expect(await listOf(cache.keys())).toEqual(["a", "b", "c", "new"]);
  });

  it("renews and ends the leases of functions and locks", async () => {
    const location = newDirectory();
    await using one = createCache({ backend: file, location });
    await using other = createCache({ backend: file, location });
    let finish = (_value: string): void => {};
    const made = one.getOrSet("k", () => new Promise<string>((resolve) => (finish = resolve)), {
      lock: true,
    });
    await clock.advance("1m");
    const theirs = other.getOrSet("k", () => "theirs", { lock: true });
    await clock.advance("1m");
    finish("mine");
    expect(await made).toBe("mine");
    await clock.advance("1s");
    expect(await theirs).toBe("mine");
    await one.lock("job", { timeout: "10s" });
    expect(await other.lock("job")).toBeUndefined();
    await clock.advance("10s");
    expect(await other.lock("job")).toBeDefined();
  });
});
