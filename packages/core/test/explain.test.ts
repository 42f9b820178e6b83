import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { baseFeatures } from "../src/backend/features.js";
import { type CacheSettings, createCache, createCaches } from "../src/index.js";
import { MapBackend } from "./map-backend.js";
import { StoreBackend } from "./store-backend.js";
import { forge, storedBytes } from "./stored.js";

const SECRET = "a secret of tests, that is long enough";
const OTHER = "another secret, that is as long as that";
const text = "the same words again and again, ".repeat(100);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

function cacheOver(backend: MapBackend, settings: CacheSettings = {}) {
  return createCache({ backend, ...settings });
}

describe("explain", () => {
  it("tells where an entry is", async () => {
    const caches = createCaches({ hot: { backend: () => new StoreBackend(), keyPrefix: "app" } });
    const place = { cache: "hot", backend: "backend" };
    expect(await caches.hot.explain("k")).toEqual({ ...place, key: "app:1:k", state: "absent" });
    await caches.hot.set("k", "value", { version: 2 });
    expect(await caches.hot.explain("k", { version: 2 })).toEqual({
      ...place,
      key: "app:2:k",
      state: "fresh",
      kind: "text",
      bytes: 8 + "value".length,
      ttl: 300,
    });
  });

  it.each([
    ["an integer", 42, {}, "integer"],
    ["text", "words", {}, "text"],
    ["other text", "w\u00f6rter", {}, "text"],
    ["any other value", { a: 1 }, {}, "encoded"],
    ["bare JSON", { a: 1 }, { serializer: "json" }, "encoded"],
    ["a bare integer", 42, { serializer: "json" }, "integer"],
    ["a long value", text, { compression: true }, "compressed"],
    ["a signed value", text, { compression: true, secret: SECRET }, "signed"],
    ["a sealed value", 42, { secret: { keys: SECRET, mode: "seal" } }, "sealed"],
  ] as const)("knows %s", async (_what, value, settings, kind) => {
    for (const create of [() => new StoreBackend(), () => new MapBackend()]) {
      const backend = create();
      const cache = cacheOver(backend, settings);
      await cache.set("k", value, "90s");
      const payload = backend.entries.get(":1:k")?.payload;
      const bytes = typeof payload === "number" ? 2 : payload?.length;
      expect(await cache.explain("k")).toMatchObject({ state: "fresh", kind, bytes, ttl: 90 });
      await cache.set("k", value, null);
      expect(await cache.explain("k")).toMatchObject({ state: "fresh", kind, ttl: null });
    }
  });

  it("knows what stands in the memory of the process", async () => {
    const backend = new MapBackend();
    Object.assign(backend, { features: { ...baseFeatures, payloads: "copies" } });
    const cache = cacheOver(backend, { timeout: null });
    await cache.setMany({ text: "words", n: 1, object: { a: 1 } });
    expect(await cache.explain("text")).toMatchObject({ state: "fresh", kind: "text", bytes: 5, ttl: null });
    expect(await cache.explain("n")).toMatchObject({ state: "fresh", kind: "integer" });
    expect(await cache.explain("object")).toMatchObject({ state: "fresh", kind: "encoded", bytes: 7 });
  });

  it("tells of an entry that has expired, and that the store has yet to drop", async () => {
    const backend = new MapBackend();
    const cache = cacheOver(backend);
    await cache.set("k", "value", 10);
    (backend.entries.get(":1:k") ?? { expires: 0 }).expires = Number.POSITIVE_INFINITY;
    vi.setSystemTime(1_011_000);
    const explanation = await cache.explain("k");
    expect(explanation).toMatchObject({ state: "expired", kind: "text" });
    expect(explanation).not.toHaveProperty("ttl");
  });

  it("tells of tags, and of times beyond the timeout", async () => {
    const cache = cacheOver(new StoreBackend());
    await cache.set("k", "value", { timeout: 10, tags: ["a", "b"] });
    expect(await cache.explain("k")).toMatchObject({ state: "fresh", ttl: 10, tags: ["a", "b"] });
    await cache.invalidateTags(["b"]);
    expect(await cache.explain("k")).toMatchObject({ state: "invalidated", tags: ["a", "b"] });
    await cache.getOrSet("s", () => "value", { timeout: 10, staleIfError: 20 });
    expect(await cache.explain("s")).toMatchObject({ state: "fresh", ttl: 10, keptFor: 30 });
    vi.setSystemTime(1_015_000);
    expect(await cache.explain("s")).toMatchObject({ state: "stale", ttl: -5, keptFor: 15 });
    expect(await cache.get("s")).toBeUndefined();
  });

  const signed = { secret: SECRET };

  it.each<[string, CacheSettings, CacheSettings, string]>([
    ["without a secret", {}, signed, "it was stored without a secret"],
    [
      "with another secret",
      { secret: OTHER },
      signed,
      "it was changed, or is protected by a secret that this cache has not",
    ],
    ["with a secret", signed, {}, "a secret protects it, and this cache has none"],
    [
      "by another serializer",
      {},
      { serializer: "json" },
      "it is in no form that this cache's serializer writes",
    ],
  ])("says why an entry stored %s is undecodable", async (_how, written, read, reason) => {
    const backend = new StoreBackend();
    await cacheOver(backend, written).set("k", new Date(1));
    const explanation = await cacheOver(backend, read).explain("k");
    expect(explanation).toMatchObject({
      state: "undecodable",
      reason,
      bytes: storedBytes(backend, ":1:k").length,
    });
  });

  it("says why a damaged entry is undecodable", async () => {
    const backend = new StoreBackend();
    const cache = cacheOver(backend, { compression: true });
    const reason = async () => (await cache.explain("k")).reason;
    await cache.set("k", text);
    const bytes = storedBytes(backend, ":1:k");
    backend.entries.set(":1:k", { payload: bytes.subarray(0, -1), expires: Number.POSITIVE_INFINITY });
    expect(await reason()).toBe("it is damaged, or belongs to another key");
    bytes[12] = 0;
    bytes[4] = 99;
    forge(backend, ":1:k", bytes);
    expect(await reason()).toBe("it cannot be expanded");
    backend.entries.set(":1:k", { payload: Buffer.from("words"), expires: Number.POSITIVE_INFINITY });
    expect(await reason()).toBe("it is in no form that this cache's serializer writes");
  });

  it("counts nowhere, and is no use of the entry", async () => {
    class Watched extends StoreBackend {
      uses = 0;
      override get(key: string) {
        this.uses += 1;
        return super.get(key);
      }
      override peek(key: string) {
        return super.get(key);
      }
    }
    const backend = new Watched();
    const cache = cacheOver(backend, { secret: SECRET });
    await cache.set("k", "value");
    backend.entries.set(":1:l", { payload: 5, expires: Number.POSITIVE_INFINITY });
    const before = cache.stats();
    for (const key of ["k", "l", "none"]) await cache.explain(key);
    expect(cache.stats()).toEqual(before);
    expect(backend.uses).toBe(0);
  });
});
