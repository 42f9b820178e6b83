import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createCache, elapsed, now, type Payload, startTimer } from "../../src/index.js";
import { type FakeClock, fakeClock } from "../../src/testing/index.js";
import { MapBackend } from "../map-backend.js";

/** Keeps everything for ever: what expires on it, core lets expire. */
class TimelessBackend extends MapBackend {
  override set(key: string, payload: Payload): Promise<void> {
    return super.set(key, payload, null);
  }
}

let clock: FakeClock;

beforeEach(() => {
  clock = fakeClock({ now: Date.UTC(2030, 0, 1) });
});
afterEach(() => {
  clock[Symbol.dispose]();
});

describe("a fake clock", () => {
  it("stands still until it is told to go on, or put to a time", async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(clock.now).toBe(Date.UTC(2030, 0, 1));
    expect(now()).toBe(clock.now);
    const began = elapsed();
    await clock.advance("1h");
    await clock.advance(0.5);
    expect(now()).toBe(Date.UTC(2030, 0, 1, 1, 0, 0, 500));
    expect(elapsed() - began).toBe(3_600_500);
    clock.set(new Date(5_000));
    expect(now()).toBe(5_000);
    clock.set(7_000);
    expect(clock.now).toBe(7_000);
    expect(elapsed() - began).toBe(3_600_500);
  });

  it("begins with the real time, and gives way to it", () => {
    clock[Symbol.dispose]();
    const before = Date.now();
    {
      using other = fakeClock();
      expect(other.now).toBeGreaterThanOrEqual(before);
      expect(other.now).toBeLessThanOrEqual(Date.now());
      other.set(1);
    }
    expect(now()).toBeGreaterThanOrEqual(before);
  });

  it("is the only one, and may be disposed of twice", () => {
    expect(() => fakeClock()).toThrow("there is a fake clock already, which must be disposed of first");
    clock[Symbol.dispose]();
    const next = fakeClock({ now: 1 });
    clock[Symbol.dispose]();
    expect(now()).toBe(1);
    next[Symbol.dispose]();
  });

  it("is that of every copy of core in the process", async () => {
    vi.resetModules();
    const copy = await import("../../src/index.js");
    expect(copy.createCache).not.toBe(createCache);
    const backend = new MapBackend();
    const cache = copy.createCache({ backend: () => backend });
    await cache.set("k", "v", "1m");
    await clock.advance("59s");
    expect(await cache.get("k")).toBe("v");
    await clock.advance("1s");
    expect(await cache.get("k")).toBeUndefined();
    await expect(async () => (await import("../../src/testing/index.js")).fakeClock()).rejects.toThrow(
      "there is a fake clock already",
    );
  });

  it("does what falls due on the way, each at its time, in order", async () => {
    const done: [string, number][] = [];
    const start = (name: string, seconds: number, next?: () => void) =>
      startTimer(() => {
        done.push([name, clock.now - Date.UTC(2030, 0, 1)]);
        next?.();
      }, seconds * 1_000);
    start("late", 20);
    start("b", 2, () => start("d", 5));
    start("a", 1).unref();
    start("c", 2);
    start("stopped", 3).stop();
    await clock.advance("10s");
    expect(done).toEqual([
      ["a", 1_000],
      ["b", 2_000],
      ["c", 2_000],
      ["d", 7_000],
    ]);
    await clock.advance("9.999s");
    expect(done).toHaveLength(4);
    await clock.advance("1ms");
    expect(done.at(-1)).toEqual(["late", 20_000]);
  });

  it("leaves what has yet to fall due to the real clock when it is disposed of", async () => {
    vi.useFakeTimers();
    try {
      const task = vi.fn();
      const stopped = startTimer(task, 5_000);
      startTimer(task, 10_000).unref();
      await clock.advance("4s");
      clock[Symbol.dispose]();
      stopped.stop();
      vi.advanceTimersByTime(5_999);
      expect(task).not.toHaveBeenCalled();
      vi.advanceTimersByTime(1);
      expect(task).toHaveBeenCalledTimes(1);
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    [
      () => fakeClock({ now: "today" as never }),
      'now must be milliseconds since 1970 or a date; got "today"',
    ],
    [() => fakeClock({ at: 5 } as never), 'options have no "at"; here they have now'],
    [() => clock.set(new Date(Number.NaN)), "time must be milliseconds since 1970 or a date; got "],
    [() => clock.advance(-1), 'span must be seconds, none or more, or a string like "5m"; got -1'],
    [() => clock.advance("soon"), 'span must be seconds, none or more, or a string like "5m"; got "soon"'],
  ])("refuses %s", async (call, message) => {
    await expect(async () => call()).rejects.toThrow(message);
    await expect(async () => call()).rejects.toBeInstanceOf(TypeError);
  });
});

describe.each(
  Object.entries({ "that keeps time by now()": MapBackend, "that keeps no time": TimelessBackend }),
)("over a backend %s, a fake clock moves", (_name, Backend) => {
  const twoCaches = () => {
    const backend = new Backend();
    return [createCache(backend), createCache(backend)] as const;
  };

  it("timeouts", async () => {
    const [cache] = twoCaches();
    await cache.set("k", { a: 1 }, "10m");
    await cache.set("n", 5, null);
    await clock.advance("4m");
    expect(await cache.ttl("k")).toBe(360);
    expect(await cache.touch("n", 60)).toBe(true);
    await clock.advance("1m");
    expect(await cache.getMany(["k", "n"])).toEqual(new Map([["k", { a: 1 }]]));
    clock.set(clock.now + 300_000);
    expect(await cache.has("k")).toBe(false);
  });

  it("stale windows and the age of tags", async () => {
    const [one, other] = twoCaches();
    const options = { timeout: 10, staleWhileRevalidate: 60, tags: ["t"] };
    await one.getOrSet("k", () => "old", options);
    await clock.advance(69);
    expect(await one.get("k")).toBeUndefined();
    expect(await one.explain("k")).toMatchObject({ state: "stale", ttl: -59, keptFor: 1 });
    expect(await other.getOrSet("k", () => "new", options)).toBe("old");
    await clock.advance(0);
    expect(await one.get("k")).toBe("new");
    await other.invalidateTags(["t"]);
    expect(await one.getOrSet("k", () => "newer", options)).toBe("newer");
  });

  it("locks: their end, their renewal, and who waits for them", async () => {
    const [one, other] = twoCaches();
    const brief = await one.lock("job", { timeout: "5s" });
    const waiting = other.lock("job", { wait: "1m", timeout: "10s", renew: true });
    await clock.advance("4s");
    expect(brief?.isHeld).toBe(true);
    await clock.advance("2s");
    expect(brief).toMatchObject({ isHeld: false, signal: { aborted: true } });
    const renewed = await waiting;
    await clock.advance("5m");
    expect(renewed?.isHeld).toBe(true);
    const late = one.lock("job", { wait: "3s" });
    await clock.advance("3s");
    expect(await late).toBeUndefined();
    expect(await renewed?.release()).toBe(true);
  });

  it("the time that a function may take", async () => {
    const [cache] = twoCaches();
    const options = { timeout: 10, staleIfError: "1h", softTimeout: "1s", hardTimeout: "5s", lock: true };
    await cache.getOrSet("k", () => "old", options);
    await clock.advance(20);
    const never = () => new Promise(() => {});
    const soft = cache.getOrSet("k", never, options);
    await clock.advance("1s");
    expect(await soft).toBe("old");
    const failed = expect(cache.getOrSet("other", never, options)).rejects.toMatchObject({
      code: "CULLET_COMPUTATION_TIMEOUT",
    });
    await clock.advance("5s");
    await failed;
  });

  it("how long a function took, of which an early refresh is made", async () => {
    const [cache] = twoCaches();
    const options = { timeout: 100, earlyRefresh: 1 };
    await cache.getOrSet("k", () => clock.advance(10).then(() => "old"), options);
    const make = vi.fn(() => "new");
    const random = vi.spyOn(Math, "random").mockReturnValue(0.9);
    try {
      await clock.advance(76);
      expect(await cache.getOrSet("k", make, options)).toBe("old");
      await clock.advance(1.5);
      expect(await cache.getOrSet("k", make, options)).toBe("old");
      await clock.advance(0);
      expect(make).toHaveBeenCalledTimes(1);
    } finally {
      random.mockRestore();
    }
  });
});

it("a fake clock leaves the operationTimeout to the real one, so that nothing hangs", async () => {
  class HungBackend extends MapBackend {
    override get(): Promise<undefined> {
      return new Promise(() => {});
    }
  }
  const cache = createCache({ backend: () => new HungBackend(), operationTimeout: 0.05 });
  await expect(cache.get("k")).rejects.toMatchObject({ code: "CULLET_BACKEND_TIMEOUT" });
});
