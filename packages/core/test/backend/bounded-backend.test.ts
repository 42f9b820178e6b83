import { describe, expect, it } from "vitest";
import { type BackendError, createCache, type Payload } from "../../src/index.js";
import { MapBackend } from "../map-backend.js";

const never = <T>() => new Promise<T>(() => {});

class HungBackend extends MapBackend {
  override get(): Promise<Payload | undefined> {
    return never();
  }

  override set(): Promise<void> {
    return never();
  }

  override async *keys(): AsyncGenerator<string> {
    yield* await never<string[]>();
  }
}

function hungCache(failOpen = false) {
  return createCache({ backend: () => new HungBackend(), operationTimeout: 0.05, failOpen });
}

describe("a backend that does not answer", () => {
  it("keeps nobody waiting for longer than the operationTimeout", async () => {
    const cache = hungCache();
    const late = { code: "CULLET_BACKEND_TIMEOUT", indeterminate: false };
    await expect(cache.get("k")).rejects.toMatchObject({
      ...late,
      message: "the backend of cache did not answer this get within 50 ms",
    });
    await expect(cache.getMany(["k"])).rejects.toMatchObject(late);
    await expect(cache.getOrSet("k", () => 1)).rejects.toMatchObject(late);
    await expect(cache.keys().next()).rejects.toMatchObject(late);
    expect(cache.stats().errors).toBe(4);
  });

  it("leaves it open whether a write was done, also to who waits for the write before it", async () => {
    const cache = hungCache();
    const failures = await Promise.all(
      [1, 2, 3].map((value) => cache.set("k", value).catch((error: BackendError) => error)),
    );
    for (const failure of failures) {
      expect(failure).toMatchObject({ code: "CULLET_BACKEND_TIMEOUT", indeterminate: true });
    }
  });

  it("is a miss where the cache fails open", async () => {
    const cache = hungCache(true);
    expect(await cache.get("k", "fallback")).toBe("fallback");
    expect(await cache.getOrSet("k", () => "made")).toBe("made");
  });

  it("is not waited for when the cache is closed", async () => {
    const cache = createCache(new HungBackend());
    await cache.has("other").catch(() => {});
    const waiting = cache.get("k");
    await new Promise(setImmediate);
    await cache.close();
    await expect(waiting).rejects.toMatchObject({ code: "CULLET_CLOSED" });
  });

  it("takes no time from the function of getOrSet", async () => {
    const cache = createCache({ backend: () => new MapBackend(), operationTimeout: 0.02 });
    const slow = () => new Promise<string>((resolve) => setTimeout(resolve, 100, "made"));
    expect(await cache.getOrSet("k", slow)).toBe("made");
  });
});
