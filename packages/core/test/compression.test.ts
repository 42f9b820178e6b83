import { randomBytes } from "node:crypto";
import { constants, deflateSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import { baseFeatures } from "../src/backend/features.js";
import { parseConfig } from "../src/config/config.js";
import { type CacheSettings, createCache, parseCacheUri } from "../src/index.js";
import { ALGORITHMS, isAvailable } from "../src/values/compression.js";
import { Kind } from "../src/values/envelope.js";
import { MAX_BYTES } from "../src/values/limits.js";
import { MapBackend } from "./map-backend.js";
import { StoreBackend } from "./store-backend.js";
import { forge, storedBytes } from "./stored.js";

const available = ALGORITHMS.filter(isAvailable);
const text = "the same words again and again, ".repeat(100);
/** So long that another thread compresses it. */
const long = "a long text of many words, ".repeat(20_000);
const value = { text, list: [1, 2, { at: new Date(5) }] };

function cacheOver(backend: MapBackend, settings: CacheSettings = {}) {
  return createCache({ backend, ...settings });
}

describe.each([
  ["a store that knows the expiry", () => new StoreBackend()],
  ["a store that does not", () => new MapBackend()],
])("compression on %s", (_name, create) => {
  it.each(available)("by %s makes entries smaller, which come back equal", async (algorithm) => {
    const backend = create();
    const cache = cacheOver(backend, { compression: { algorithm } });
    for (const [key, stored] of Object.entries({ text, long, value })) {
      await cache.set(key, stored);
      expect(storedBytes(backend, `:1:${key}`).length).toBeLessThan(JSON.stringify(stored).length / 4);
      expect(await cache.get(key)).toEqual(stored);
    }
    expect(await cache.getMany(["text", "none", "long"])).toEqual(new Map(Object.entries({ text, long })));
  });

  it("leaves what is within the threshold as it is without", async () => {
    const backend = create();
    const plain = create();
    const length = text.length + 8 + (backend instanceof StoreBackend ? 0 : 8);
    vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 });
    await cacheOver(backend, { compression: { threshold: length } }).set("k", text);
    await cacheOver(plain).set("k", text);
    vi.useRealTimers();
    expect(storedBytes(backend, ":1:k")).toEqual(storedBytes(plain, ":1:k"));
    expect(storedBytes(backend, ":1:k")).toHaveLength(length);
    await cacheOver(backend, { compression: { threshold: length - 1 } }).set("k", text);
    expect(storedBytes(backend, ":1:k").length).toBeLessThan(length);
  });

  it("leaves what would get no shorter as it is", async () => {
    const backend = create();
    const cache = cacheOver(backend, { compression: true });
    const bytes = randomBytes(5_000);
    await cache.set("k", bytes);
    expect(storedBytes(backend, ":1:k")[3]).toBe(Kind.binary);
    expect(await cache.get("k")).toEqual(bytes);
  });

  it("leaves integers to be counted with", async () => {
    const cache = cacheOver(create(), { compression: { threshold: 0 } });
    await cache.set("n", 1_000_000_000_000_000);
    expect(await cache.incr("n", 1)).toBe(1_000_000_000_000_001);
    expect(await cache.get("n")).toBe(1_000_000_000_000_001);
  });

  it("is undone whatever the setting is now", async () => {
    const backend = create();
    await cacheOver(backend, { compression: { algorithm: "gzip" } }).setMany({ text, long });
    for (const compression of [undefined, { algorithm: "brotli", threshold: 5 } as const]) {
      const cache = cacheOver(backend, { compression });
      expect(await cache.getMany(["text", "long"])).toEqual(new Map(Object.entries({ text, long })));
    }
  });

  it("keeps the expiry in sight", async () => {
    const cache = cacheOver(create(), { compression: true });
    await cache.set("k", text, 100);
    expect(await cache.ttl("k")).toBeGreaterThan(90);
    expect(await cache.touch("k", 200)).toBe(true);
    expect(await cache.ttl("k")).toBeGreaterThan(190);
    expect(await cache.get("k")).toBe(text);
    expect(await cache.incrVersion("k")).toBe(2);
    expect(await cache.get("k", undefined, { version: 2 })).toBe(text);
  });

  it("takes values through add and getOrSet", async () => {
    const cache = cacheOver(create(), { compression: true });
    expect(await cache.add("k", long)).toBe(true);
    expect(await cache.add("k", text)).toBe(false);
    expect(await cache.getOrSet("k", () => text)).toBe(long);
    expect(await cache.getOrSet("l", () => value)).toEqual(value);
    expect(await cache.get("l")).toEqual(value);
  });

  it("keeps the writes of one key in their order", async () => {
    const backend = create();
    const cache = cacheOver(backend, { compression: true });
    await Promise.all([cache.set("k", long), cache.set("k", "short")]);
    expect(await cache.get("k")).toBe("short");
    await Promise.all([cache.set("k", long), cache.delete("k")]);
    expect(await cache.get("k")).toBeUndefined();
    await Promise.all([cache.setMany({ k: long, l: long }), cache.clear()]);
    expect(backend.entries.size).toBe(0);
  });

  it.each([
    "json",
    { serialize: JSON.stringify, deserialize: (bytes: Uint8Array) => JSON.parse(String(bytes)) },
  ] as const)("works beside the serializer %s", async (serializer) => {
    const backend = create();
    const cache = cacheOver(backend, { compression: true, serializer });
    await cache.setMany({ text, long, few: ["words"], n: 5 });
    expect(storedBytes(backend, ":1:text")[3]).toBe(Kind.compressed);
    expect(await cache.getMany(["text", "long", "few", "n"])).toEqual(
      new Map<string, unknown>(Object.entries({ text, long, few: ["words"], n: 5 })),
    );
    expect(await cacheOver(backend, { serializer }).get("text")).toBe(text);
  });

  it("stores long runs of one byte so that they can be read", async () => {
    const cache = cacheOver(create(), { compression: true });
    const zeros = Buffer.alloc(5_000_000);
    await cache.set("k", zeros);
    expect(zeros.equals((await cache.get<Buffer>("k")) ?? Buffer.alloc(0))).toBe(true);
  });
});

describe("hostile compressed payloads", () => {
  /** A payload of the key `:1:k` that says it was of `length` bytes before it was compressed. */
  function bomb(algorithm: number, length: number, data: Uint8Array): Buffer {
    const head = Buffer.from([0xc1, 1, 0, Kind.compressed, algorithm, Kind.binary, 0, 0, 0, 0]);
    head.writeUInt32LE(length, 6);
    return Buffer.concat([head, data, Buffer.alloc(4)]);
  }
  const zeros = deflateSync(new Uint8Array(1_000_000), { level: constants.Z_BEST_COMPRESSION });
  const short = deflateSync(new Uint8Array(1_000));
  const deflate = ALGORITHMS.indexOf("deflate");

  it.each([
    ["come to more than they say", bomb(deflate, 300_000, zeros)],
    ["come to more than they say, which is little", bomb(deflate, 100, short)],
    ["come to less than they say", bomb(deflate, 1_001, short)],
    ["come to less than they say, which is much", bomb(deflate, 1_000_001, zeros)],
    [
      "say that they are too long",
      bomb(deflate, MAX_BYTES + 1, Buffer.concat([zeros, Buffer.alloc(200_000)])),
    ],
    ["say a thousand times their length and more", bomb(deflate, 2_000_000, zeros)],
    ["say that they are nothing", bomb(deflate, 0, deflateSync(""))],
    ["are cut", bomb(deflate, 1_000, short.subarray(0, -3))],
    ["are of no known algorithm", bomb(99, 1_000, short)],
    ["are of another algorithm", bomb(0, 1_000, short)],
    ["are empty", bomb(deflate, 5, new Uint8Array())],
    ["have not even a head", bomb(deflate, 5, new Uint8Array()).subarray(4)],
  ])("that %s are a miss", async (_what, payload) => {
    for (const compression of [true, false]) {
      const backend = new StoreBackend();
      const cache = cacheOver(backend, { compression });
      const bytes = payload.length < 14 ? Buffer.concat([Buffer.from([0xc1, 1, 0, 10]), payload]) : payload;
      forge(backend, ":1:k", bytes);
      expect(await cache.get("k")).toBeUndefined();
      expect(cache.stats()).toMatchObject({ undecodable: 1, misses: 1 });
    }
  });
});

describe("the setting compression", () => {
  const parse = (compression: unknown) => parseConfig({ backend: "redis", compression }, "cache").compression;

  it("is off unless it is given", () => {
    expect(parse(undefined)).toBeUndefined();
    expect(parse(false)).toBeUndefined();
    expect(parse(true)).toEqual({ threshold: 1024, algorithm: "brotli" });
    expect(parse({ threshold: 0 })).toEqual({ threshold: 0, algorithm: "brotli" });
    expect(parse({ algorithm: "gzip" })).toEqual({ threshold: 1024, algorithm: "gzip" });
  });

  it.each([
    ["gzip", 'cache.compression must be true, false, or { threshold, algorithm }; got "gzip"'],
    [{ threshold: -1 }, "cache.compression.threshold must be a whole number of at least 0; got -1"],
    [
      { algorithm: "lzma" },
      'cache.compression.algorithm must be "brotli" or "gzip" or "deflate" or "zstd"; got "lzma"',
    ],
    [
      { treshold: 1 },
      "cache.compression.treshold is unknown; did you mean threshold? (known are threshold, algorithm)",
    ],
  ])("%j is an error that names the path", (compression, message) => {
    expect(() => parse(compression)).toThrow(message);
  });

  it("may be an argument of a URI", () => {
    expect(parseCacheUri("redis://h?compression=GZIP").compression).toEqual({ algorithm: "gzip" });
    expect(parseCacheUri("redis://h?compression=on").compression).toBe(true);
    expect(parseCacheUri("redis://h?compression=lzma")).not.toHaveProperty("compression");
    expect(() => parseConfig("redis://h?compression=lzma", "cache", { strict: true })).toThrow(
      "cache: the argument compression must be true, false, or { threshold, algorithm }",
    );
  });

  it("names the Node that zstd needs, where it is not there", () => {
    const getBuiltinModule = vi.spyOn(process, "getBuiltinModule").mockReturnValue({});
    expect(() => parse({ algorithm: "zstd" })).toThrow(
      `cache.compression.algorithm "zstd" needs Node 22.15 or 23.8, or later; this is ${process.versions.node}`,
    );
    getBuiltinModule.mockRestore();
  });

  it("is of no use, and left alone, in the memory of the process", async () => {
    const backend = new MapBackend();
    Object.assign(backend, { features: { ...baseFeatures, expiry: "store", payloads: "copies" } });
    const cache = cacheOver(backend, { compression: true });
    await cache.set("k", text);
    expect(backend.entries.get(":1:k")?.payload).toBe(text);
  });
});
