import { createCache } from "@cullet/core";
import { type FakeClock, fakeClock } from "@cullet/core/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { locmem } from "../src/index.js";
import { LocMemStore } from "../src/locmem-store.js";

let clock: FakeClock;
let stores = 0;
const unused = () => `fake clock ${stores++}`;

beforeEach(() => {
  clock = fakeClock();
});
afterEach(() => {
  clock[Symbol.dispose]();
});

describe("time in memory, by a fake clock,", () => {
  it("ends an entry to the millisecond", async () => {
    const cache = createCache({ backend: locmem, location: unused() });
    await cache.set("k", "v", 0.5);
    await cache.set("n", 1, "1h");
    await clock.advance("499ms");
    expect(await cache.getMany(["k", "n"])).toEqual(
      new Map<string, unknown>([
        ["k", "v"],
        ["n", 1],
      ]),
    );
    await clock.advance("1ms");
    expect(await cache.getMany(["k", "n"])).toEqual(new Map([["n", 1]]));
    expect(await cache.ttl("n")).toBe(3_599.5);
    expect(await cache.touch("n", 10)).toBe(true);
    await clock.advance(10);
    await expect(cache.incr("n")).rejects.toMatchObject({ code: "CULLET_KEY_NOT_FOUND" });
  });

  it("lets what expired go without being asked, as soon as time goes by", async () => {
    const location = unused();
    const cache = createCache({ backend: locmem, location });
    const { table } = LocMemStore.named(location);
    await cache.set("a", 1, 2);
    await cache.set("b", 1, 3_600);
    await cache.set("c", 1, null);
    expect(table.count).toBe(3);
    await clock.advance("3s");
    expect(table.count).toBe(2);
    await clock.advance(3_610);
    expect(table.count).toBe(1);
  });

  it("keeps a stale value for its window", async () => {
    const cache = createCache({ backend: locmem, location: unused() });
    const get = (make: () => unknown) => cache.getOrSet("k", make, { timeout: "1m", staleIfError: "1h" });
    const fail = vi.fn(() => Promise.reject(new Error("down")));
    await get(() => "old");
    await clock.advance("1h");
    expect(await get(fail)).toBe("old");
    await clock.advance("1m");
    await expect(get(fail)).rejects.toThrow("down");
    expect(fail).toHaveBeenCalledTimes(2);
  });

  it("goes on by the real clock afterwards", async () => {
    const cache = createCache({ backend: locmem, location: unused() });
    await cache.set("k", "v", "1d");
    await cache.set("brief", "v", "1ms");
    clock[Symbol.dispose]();
    expect(await cache.get("k")).toBe("v");
    await vi.waitFor(async () => expect(await cache.get("brief")).toBeUndefined());
  });
});
