import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createCache } from "../src/index.js";
import { MapBackend } from "./map-backend.js";
import { timersLeft } from "./timers.js";

/** Two caches, as two processes would have them, over one store. */
function twoCaches() {
  const backend = new MapBackend();
  return { backend, one: createCache(backend), other: createCache(backend) };
}

describe("a lock", () => {
  it("is held by one, and by the next when it is released", async () => {
    const { one, other } = twoCaches();
    const lock = await one.lock("job", { timeout: 10 });
    expect(lock).toMatchObject({ key: "job", isHeld: true, token: expect.any(String) });
    expect(await other.lock("job")).toBeUndefined();
    expect(await one.lock("job")).toBeUndefined();
    expect(await other.lock("another job")).toBeDefined();
    expect(await lock?.release()).toBe(true);
    expect(lock?.isHeld).toBe(false);
    expect(lock?.signal.aborted).toBe(true);
    expect(await other.lock("job")).toBeDefined();
  });

  it("of a version is the same, be that named by a view or a call", async () => {
    const keyFunction = (key: string, prefix: string, version: number) => `${prefix}/${version}/${key}`;
    const cache = createCache({ backend: () => new MapBackend(), keyFunction });
    await cache.withVersion(2).lock("job");
    expect(await cache.lock("job", { version: 2 })).toBeUndefined();
    expect(await cache.lock("job")).toBeDefined();
  });

  it("is held by exactly one of many who ask at once", async () => {
    const cache = createCache(new MapBackend());
    const locks = await Promise.all(Array.from({ length: 100 }, () => cache.lock("job")));
    expect(locks.filter(Boolean)).toHaveLength(1);
  });

  it("that is released twice at once is dropped once", async () => {
    const { backend, one } = twoCaches();
    const lock = await one.lock("job");
    const drops = vi.spyOn(backend, "delete");
    expect(await Promise.all([lock?.release(), lock?.release()])).toEqual([true, true]);
    expect(drops).toHaveBeenCalledTimes(1);
    expect(await lock?.release()).toBe(false);
  });

  it("that is released while it is renewed is not held any more", async () => {
    const { backend, one } = twoCaches();
    const lock = await one.lock("job");
    const { touch, get } = backend;
    let answer = () => {};
    backend.touch = async (key, ttlMs) => {
      const touched = await touch.call(backend, key, ttlMs);
      // The answer to the look that comes next is late.
      backend.get = async (key) => {
        backend.get = get;
        const payload = await get.call(backend, key);
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        return payload;
      };
      return touched;
    };
    const renewed = lock?.renew();
    await new Promise(setImmediate);
    expect(await lock?.release()).toBe(true);
    answer();
    expect(await renewed).toBe(false);
    expect(lock?.isHeld).toBe(false);
  });

  it("passes from one to the next of those who wait", async () => {
    const { one, other } = twoCaches();
    let inside = 0;
    let most = 0;
    const work = async (cache: typeof one) => {
      await using lock = await cache.lock("job", { wait: 10 });
      expect(lock).toBeDefined();
      most = Math.max(most, ++inside);
      await new Promise(setImmediate);
      inside -= 1;
    };
    await Promise.all([work(one), work(other), work(one), work(other)]);
    expect(most).toBe(1);
  });

  it("is no entry, and of its own version", async () => {
    const { one } = twoCaches();
    await one.lock("job");
    expect(await one.has("job")).toBe(false);
    await one.delete("job");
    expect(await one.lock("job")).toBeUndefined();
    expect(await one.lock("job", { version: 2 })).toBeDefined();
    expect(await one.withPrefix("p").lock("job")).toBeDefined();
  });

  it("is dropped by clear, and then released by nobody", async () => {
    const { one, other } = twoCaches();
    const lost = await one.lock("job");
    await one.clear();
    const lock = await other.lock("job");
    expect(lock).toBeDefined();
    expect(await lost?.release()).toBe(false);
    expect(await lost?.renew()).toBe(false);
    expect(await one.lock("job")).toBeUndefined();
    expect(await lock?.renew()).toBe(true);
  });

  it("is released when the cache is closed", async () => {
    const { one, other } = twoCaches();
    await one.lock("job", { timeout: 1000 });
    await one.close();
    expect(await other.lock("job")).toBeDefined();
  });

  it("is waited for no longer than the cache is open", async () => {
    const { one, other } = twoCaches();
    await one.lock("job");
    const waiting = other.lock("job", { wait: null });
    await other.has("job");
    const refused = expect(waiting).rejects.toMatchObject({ code: "CULLET_CLOSED" });
    await other.close();
    await refused;
  });

  it.each([
    [{ timeout: 0 }, 'timeout must be seconds above zero, or a string like "500ms"; got 0'],
    [{ timeout: null as never }, 'timeout must be seconds above zero, or a string like "500ms"; got null'],
    [{ wait: -1 }, 'wait must be seconds, none or more, or a string like "5m"; got -1'],
    [{ wait: "soon" }, 'wait must be seconds, none or more, or a string like "5m"; got "soon"'],
    [{ renew: 1 as never }, "renew must be true or false; got 1"],
    [5 as never, "options must be an object; got 5"],
    [{ ttl: 5 } as never, 'options have no "ttl"; here they have timeout, wait, renew and version'],
  ])("refuses %j", async (options, message) => {
    const error = createCache(new MapBackend()).lock("job", options);
    await expect(error).rejects.toThrow(message);
    await expect(error).rejects.toBeInstanceOf(TypeError);
  });
});

describe("a lock, as time goes by,", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is another's when its time is over, and not the first owner's to release", async () => {
    const { one, other } = twoCaches();
    const first = await one.lock("job", { timeout: 2 });
    await vi.advanceTimersByTimeAsync(1_990);
    expect(first?.isHeld).toBe(true);
    expect(await other.lock("job")).toBeUndefined();
    await vi.advanceTimersByTimeAsync(10);
    expect(first?.isHeld).toBe(false);
    expect(first?.signal.aborted).toBe(true);
    const second = await other.lock("job", { timeout: 2 });
    expect(second).toBeDefined();
    expect(await first?.release()).toBe(false);
    expect(await first?.renew()).toBe(false);
    expect(await one.lock("job")).toBeUndefined();
  });

  it("is left to run out where a late command could meet another's", async () => {
    const { backend, one, other } = twoCaches();
    const lock = await one.lock("job", { timeout: 2 });
    await vi.advanceTimersByTimeAsync(1_600);
    backend.delete = () => {
      throw new Error("too late to delete");
    };
    expect(await lock?.release()).toBe(true);
    expect(await other.lock("job")).toBeUndefined();
    await vi.advanceTimersByTimeAsync(400);
    expect(await other.lock("job")).toBeDefined();
  });

  it("is waited for as long as asked, and had as soon as it is free", async () => {
    const { one, other } = twoCaches();
    const first = await one.lock("job", { timeout: 60 });
    const impatient = other.lock("job", { wait: "500ms" });
    const patient = other.lock("job", { wait: 10 });
    await vi.advanceTimersByTimeAsync(500);
    expect(await impatient).toBeUndefined();
    await vi.advanceTimersByTimeAsync(2_500);
    await first?.release();
    await vi.advanceTimersByTimeAsync(300);
    expect(await patient).toMatchObject({ isHeld: true });
  });

  it("is renewed while it is held, where asked, and not longer", async () => {
    const { one, other } = twoCaches();
    const lock = await one.lock("job", { timeout: 3, renew: true });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lock?.isHeld).toBe(true);
    expect(await other.lock("job")).toBeUndefined();
    await lock?.release();
    expect(await timersLeft()).toBe(0);
    const plain = await other.lock("job", { timeout: 3 });
    expect(await plain?.renew(30)).toBe(true);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(plain?.isHeld).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(plain?.isHeld).toBe(false);
  });

  it("tells its owner that it was lost", async () => {
    const { one, other } = twoCaches();
    const lock = await one.lock("job", { timeout: 3, renew: true });
    await other.clear();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(lock?.isHeld).toBe(false);
    expect(lock?.signal.aborted).toBe(true);
  });

  it("goes on being renewed when the store did not answer once", async () => {
    const { backend, one } = twoCaches();
    const lock = await one.lock("job", { timeout: 3, renew: true });
    vi.spyOn(backend, "touch").mockRejectedValueOnce(new Error("nobody there"));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(lock?.isHeld).toBe(true);
  });

  it("runs out where the store was not there to be told of its release", async () => {
    const { backend, one, other } = twoCaches();
    const lock = await one.lock("job", { timeout: 3, renew: true });
    vi.spyOn(backend, "delete").mockRejectedValueOnce(new Error("nobody there"));
    await expect(lock?.release()).rejects.toThrow("nobody there");
    expect(await other.lock("job")).toBeUndefined();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(lock?.isHeld).toBe(false);
    expect(await other.lock("job")).toBeDefined();
  });
});

it("that cannot be released at the end of its block hides nothing of what that threw", async () => {
  const { backend, one } = twoCaches();
  vi.spyOn(backend, "delete").mockRejectedValue(new Error("nobody there"));
  const work = async (end: () => void) => {
    await using _lock = await one.lock(randomUUID());
    end();
  };
  await work(() => {});
  const error = new Error("of the block");
  const fail = () => {
    throw error;
  };
  await expect(work(fail)).rejects.toBe(error);
});

it("may be waited for by any number without a warning", async () => {
  const { one, other } = twoCaches();
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on("warning", warned);
  try {
    const held = await other.lock("job");
    const waiting = Array.from({ length: 20 }, async () => (await one.lock("job", { wait: 10 }))?.release());
    await new Promise((resolve) => setTimeout(resolve, 20));
    await held?.release();
    await Promise.all(waiting);
  } finally {
    process.off("warning", warned);
  }
  expect(warnings).toEqual([]);
});
