import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Cache, createCache, type Payload } from "../src/index.js";
import { MapBackend } from "./map-backend.js";
import { StoreBackend } from "./store-backend.js";
import { timersLeft } from "./timers.js";

/** A store outside the process, which several have in common. */
class SharedBackend extends StoreBackend {
  override readonly features = { ...new StoreBackend().features, shared: true };
}

/** Two caches, as two processes would have them, over one store. */
function twoCaches(backend: MapBackend = new SharedBackend()) {
  return { backend, one: createCache(backend), other: createCache(backend) };
}

const lock = { lock: true };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1_000);

/** A function that takes so many seconds. */
function takes(count: number, value: unknown) {
  return vi.fn(async () => {
    await new Promise((resolve) => setTimeout(resolve, count * 1_000));
    return value;
  });
}

/** Makes a cache's process seem to have died: what it holds in the store stays, and nothing is renewed. */
function kill(backend: MapBackend): void {
  const { touch, delete: drop } = backend;
  backend.touch = async () => false;
  backend.delete = async () => false;
  Object.assign(backend, {
    revive: () => Object.assign(backend, { touch: touch.bind(backend), delete: drop.bind(backend) }),
  });
}

describe.each([
  ["a shared store", SharedBackend],
  ["the four methods", MapBackend],
])("getOrSet with a lock over %s", (_name, Backend) => {
  it("runs the function once for all who miss, wherever they are", async () => {
    const { one, other } = twoCaches(new Backend());
    const make = takes(1, "made");
    const calls = [one, other, one, other].map((cache) => cache.getOrSet("k", make, lock));
    await seconds(2);
    expect(await Promise.all(calls)).toEqual(["made", "made", "made", "made"]);
    expect(make).toHaveBeenCalledTimes(1);
  });

  it("holds its lease for as long as the function runs", async () => {
    const { one, other } = twoCaches(new Backend());
    const make = takes(60, "made");
    const calls = [one.getOrSet("k", make, lock), other.getOrSet("k", make, { lock: { lease: "1s" } })];
    await seconds(61);
    expect(await Promise.all(calls)).toEqual(["made", "made"]);
    expect(make).toHaveBeenCalledTimes(1);
    expect(await timersLeft()).toBe(0);
  });

  it("leaves nothing behind but the entry", async () => {
    const { backend, one } = twoCaches(new Backend());
    await one.getOrSet("k", () => "made", lock);
    expect([...backend.entries.keys()]).toEqual([":1:k"]);
    await expect(one.getOrSet("l", () => Promise.reject(new Error("down")), lock)).rejects.toThrow("down");
    expect([...backend.entries.keys()]).toEqual([":1:k"]);
  });

  it("lets the next try where the function fails, or gives nothing to store", async () => {
    const { one, other } = twoCaches(new Backend());
    const fails = one.getOrSet(
      "k",
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        throw new Error("down");
      },
      lock,
    );
    const refused = expect(fails).rejects.toThrow("down");
    await seconds(0.1);
    const waits = other.getOrSet("k", () => "made", lock);
    await seconds(2);
    await refused;
    expect(await waits).toBe("made");
  });
});

describe("the holder of a lease", () => {
  it("that died is followed by another within the lease", async () => {
    const backend = new SharedBackend();
    const dead = createCache(backend);
    kill(backend);
    void dead.getOrSet("k", () => new Promise(() => {}), lock);
    await seconds(0.1);
    const make = takes(1, "made");
    const calls = [createCache(backend), createCache(backend)].map((cache) =>
      cache.getOrSet("k", make, lock),
    );
    await seconds(4);
    expect(make).not.toHaveBeenCalled();
    await seconds(1.2);
    expect(make).toHaveBeenCalledTimes(1);
    await seconds(2);
    expect(await Promise.all(calls)).toEqual(["made", "made"]);
    expect(make).toHaveBeenCalledTimes(1);
  });

  it("that was slow stores nothing over the value of the one who followed it", async () => {
    const { backend, one, other } = twoCaches();
    const renewing = vi.spyOn(backend, "touch").mockResolvedValue(false);
    const slow = one.getOrSet("k", takes(10, "slow"), lock);
    await seconds(0.1);
    const quick = other.getOrSet("k", takes(1, "quick"), lock);
    await seconds(7);
    renewing.mockRestore();
    expect(await quick).toBe("quick");
    await seconds(5);
    // A value that was stored meanwhile is what the callers get.
    expect(await slow).toBe("quick");
    expect(await one.get("k")).toBe("quick");
  });

  it("that was slow stores nothing where another is still at work", async () => {
    const { backend, one, other } = twoCaches();
    const renewing = vi.spyOn(backend, "touch").mockResolvedValue(false);
    const slow = one.getOrSet("k", takes(8, "slow"), lock);
    await seconds(2);
    renewing.mockRestore();
    const follower = other.getOrSet("k", takes(4, "young"), lock);
    await seconds(6.1);
    expect(await slow).toBe("slow");
    expect(await one.get("k")).toBeUndefined();
    await seconds(5);
    expect(await follower).toBe("young");
    expect(await one.get("k")).toBe("young");
  });

  it("stores nothing over a refreshed value, nor a value over one that was set", async () => {
    const { backend, one, other } = twoCaches();
    const options = { timeout: 10, staleWhileRevalidate: 1_000, ...lock };
    await one.getOrSet("k", () => "old", options);
    await seconds(11);
    const renewing = vi.spyOn(backend, "touch").mockResolvedValue(false);
    expect(await one.getOrSet("k", takes(10, "slow"), options)).toBe("old");
    await seconds(6);
    expect(await other.getOrSet("k", takes(1, "quick"), options)).toBe("old");
    await seconds(2);
    renewing.mockRestore();
    expect(await other.get("k")).toBe("quick");
    await seconds(3);
    expect(await other.get("k")).toBe("quick");
  });

  it("takes back what it stored when the lease was lost in that moment", async () => {
    const { backend, one } = twoCaches();
    const add = backend.add.bind(backend);
    vi.spyOn(backend, "add").mockImplementation(async (key, payload, ttlMs) => {
      const added = await add(key, payload, ttlMs);
      // Somebody deletes the key in the very moment in which its value is stored.
      if (key === ":1:k")
        for (const name of backend.entries.keys()) if (name.includes("~lease:")) backend.entries.delete(name);
      return added;
    });
    expect(await one.getOrSet("k", () => "made", lock)).toBe("made");
    expect(await one.get("k")).toBeUndefined();
  });
});

describe("a lease that is of no use any more", () => {
  it("is given back when the function takes too long", async () => {
    const { one, other } = twoCaches();
    const never = () => new Promise(() => {});
    const gaveUp = expect(one.getOrSet("k", never, { ...lock, hardTimeout: 1 })).rejects.toMatchObject({
      code: "CULLET_COMPUTATION_TIMEOUT",
    });
    await seconds(1);
    await gaveUp;
    expect(await other.getOrSet("k", () => "made", lock)).toBe("made");
    expect(await timersLeft()).toBe(0);
  });

  it.each([
    ["delete", (cache: Cache) => cache.delete("k")],
    ["clear", (cache: Cache) => cache.clear()],
    ["invalidateTags", (cache: Cache) => cache.invalidateTags(["t"])],
  ])("is given back on %s, so that who comes then need not wait", async (_name, drop) => {
    for (const Backend of [SharedBackend, MapBackend]) {
      const { one } = twoCaches(new Backend());
      const old = one.getOrSet("k", takes(60, "old"), { ...lock, tags: ["t"] });
      await seconds(1);
      await drop(one);
      expect(await one.getOrSet("k", () => "new", lock)).toBe("new");
      await seconds(60);
      expect(await old).toBe("new");
      expect(await one.get("k")).toBe("new");
    }
  });

  it("is given back where the store fails after it was taken", async () => {
    const { backend, one, other } = twoCaches();
    const get = backend.get.bind(backend);
    vi.spyOn(backend, "get").mockImplementationOnce(get).mockRejectedValueOnce(new Error("nobody there"));
    await expect(one.getOrSet("k", () => "made", lock)).rejects.toThrow("nobody there");
    expect(await timersLeft()).toBe(0);
    expect(await other.getOrSet("k", () => "made", lock)).toBe("made");
  });
});

describe("what happens in another process while the function runs", () => {
  it.each([
    ["set", (cache: Cache) => cache.set("k", "theirs")],
    ["add", (cache: Cache) => cache.add("k", "theirs")],
    ["setMany", (cache: Cache) => cache.setMany({ k: "theirs" })],
  ])("stands: a value stored by %s", async (_name, store) => {
    const { one, other } = twoCaches();
    const call = one.getOrSet("k", takes(1, "mine"), lock);
    await seconds(0.5);
    await store(other);
    await seconds(1);
    expect(await call).toBe("theirs");
    expect(await one.get("k")).toBe("theirs");
  });

  it.each([
    ["delete", (cache: Cache) => cache.delete("k")],
    ["deleteMany", (cache: Cache) => cache.deleteMany(["k", "l"])],
    ["clear", (cache: Cache) => cache.clear()],
    ["invalidateTags", (cache: Cache) => cache.invalidateTags(["t"])],
  ])("keeps the result out of the store: %s", async (_name, drop) => {
    const { one, other } = twoCaches();
    const call = one.getOrSet("k", takes(1, "mine"), { ...lock, tags: ["t"] });
    await seconds(0.5);
    await drop(other);
    await seconds(1);
    expect(await call).toBe("mine");
    expect(await one.get("k")).toBeUndefined();
  });

  it("ends the wait of who may wait no longer", async () => {
    const { one, other } = twoCaches();
    const call = one.getOrSet("k", takes(10, "made"), lock);
    await seconds(0.1);
    const impatient = other.getOrSet("k", takes(1, "other"), { ...lock, hardTimeout: 2 });
    const refused = expect(impatient).rejects.toMatchObject({ code: "CULLET_COMPUTATION_TIMEOUT" });
    await seconds(2);
    await refused;
    await seconds(10);
    expect(await call).toBe("made");
  });

  it("ends the wait of who closes its cache", async () => {
    const { one, other } = twoCaches();
    const call = one.getOrSet("k", takes(10, "made"), lock);
    await seconds(0.1);
    const waiting = expect(other.getOrSet("k", () => "other", lock)).rejects.toMatchObject({
      code: "CULLET_CLOSED",
    });
    await seconds(1);
    await other.close();
    await waiting;
    await seconds(10);
    expect(await call).toBe("made");
    expect(await timersLeft()).toBe(0);
  });
});

/** A store that gives digits back for an integer. */
class DigitsBackend extends SharedBackend {
  override async get(key: string): Promise<Payload | undefined> {
    const payload = await super.get(key);
    return typeof payload === "number" ? Buffer.from(String(payload)) : payload;
  }
}

it.each(["text", 5])("what was stored after the lease was lost is taken out again: %j", async (value) => {
  const { backend, one } = twoCaches(new DigitsBackend());
  const { add } = backend;
  backend.add = async (key, payload, ttlMs) => {
    const added = await add.call(backend, key, payload, ttlMs);
    // As if it had come to its end on the way.
    if (key === ":1:k")
      for (const other of backend.entries.keys()) if (other !== key) backend.entries.delete(other);
    return added;
  };
  expect(await one.getOrSet("k", () => value, lock)).toBe(value);
  expect([...backend.entries.keys()]).toEqual([]);
});

describe("a stale value with a lock", () => {
  it("is refreshed once for all", async () => {
    const { one, other } = twoCaches();
    const options = { timeout: 10, staleWhileRevalidate: 60, ...lock };
    await one.getOrSet("k", () => "old", options);
    await seconds(20);
    const make = takes(1, "new");
    const calls = [one, other, one, other].map((cache) => cache.getOrSet("k", make, options));
    expect(await Promise.all(calls)).toEqual(["old", "old", "old", "old"]);
    await seconds(3);
    expect(await other.get("k")).toBe("new");
    expect(make).toHaveBeenCalledTimes(1);
    expect(await timersLeft()).toBe(0);
  });
});
