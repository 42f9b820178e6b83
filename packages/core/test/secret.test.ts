import { inspect } from "node:util";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type BackendFeatures, baseFeatures } from "../src/backend/features.js";
import { parseConfig } from "../src/config/config.js";
import { type CacheSettings, createCache, InvalidConfigError, parseCacheUri } from "../src/index.js";
import { Kind } from "../src/values/envelope.js";
import { MapBackend } from "./map-backend.js";
import { StoreBackend } from "./store-backend.js";
import { forge, storedBytes } from "./stored.js";
import { expectSame, samples } from "./values/samples.js";

const OLD = "the secret of yesterday, long enough";
const NEW = "the secret of today, that is long enough";
const text = "the same words again and again, ".repeat(100);

function cacheOver(backend: MapBackend, settings: CacheSettings) {
  return createCache({ backend, timeout: null, ...settings });
}

const modes = ["sign", "seal"] as const;
afterEach(() => {
  vi.useRealTimers();
});

/** As memcached is: it counts, and the expiry of all else is in the payload. */
class CountingBackend extends MapBackend {
  override readonly features: BackendFeatures = { ...baseFeatures, counters: true };
}

const backends = [
  ["a store that knows the expiry", () => new StoreBackend()],
  ["a store that does not", () => new MapBackend()],
  ["a store that counts, and does not", () => new CountingBackend()],
] as const;

const cases = modes.flatMap((mode) => backends.map(([name, create]) => ({ mode, name, create })));

describe.each(cases)("with $mode, on $name,", ({ mode, create }) => {
  const secret = { keys: NEW, mode };

  it.each(Object.entries(samples))("%s comes back equal", async (_name, sample) => {
    for (const settings of [{}, { compression: { threshold: 0 } }, { timeout: 60 }]) {
      const cache = cacheOver(create(), { secret, ...settings });
      await cache.set("k", sample());
      expectSame(await cache.get("k"), sample());
    }
  });

  it("any bit that is changed makes a miss, also where the checksum is right", async () => {
    const backend = create();
    const cache = cacheOver(backend, { secret, timeout: 1_000 });
    await cache.set("k", ["a", 1]);
    const bytes = storedBytes(backend, ":1:k");
    for (let bit = 0; bit < (bytes.length - 4) * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      forge(backend, ":1:k", changed);
      if ((await cache.get("k")) !== undefined) expect.unreachable(`bit ${bit} went unnoticed`);
    }
    expect(cache.stats().undecodable).toBe((bytes.length - 4) * 8);
    forge(backend, ":1:k", bytes);
    expect(await cache.get("k")).toEqual(["a", 1]);
  });

  it("what is cut, or longer, is a miss", async () => {
    const backend = create();
    const cache = cacheOver(backend, { secret });
    await cache.set("k", "value");
    const bytes = storedBytes(backend, ":1:k");
    for (let length = 8; length < bytes.length; length++) {
      forge(backend, ":1:k", bytes.subarray(0, length));
      expect(await cache.get("k")).toBeUndefined();
    }
    forge(backend, ":1:k", Buffer.concat([bytes, Buffer.from([0])]));
    expect(await cache.get("k")).toBeUndefined();
  });

  it.each([
    ["an object", { admin: true }],
    ["an integer", 1],
    ["text", "x"],
    ["false", false],
    ["long", text],
  ])("%s that is stored without a secret is a miss, and counted", async (_what, value) => {
    for (const serializer of ["structured", "json"] as const) {
      const backend = create();
      await cacheOver(backend, { serializer, compression: true }).set("k", value);
      const cache = cacheOver(backend, { secret, serializer });
      expect(await cache.get("k", "default")).toBe("default");
      expect((await cache.getMany(["k"])).size).toBe(0);
      expect(cache.stats()).toMatchObject({ undecodable: 2, misses: 2 });
    }
  });

  it("a cache without the secret, or with another, cannot read", async () => {
    const backend = create();
    await cacheOver(backend, { secret }).setMany({ k: "value", n: 5 });
    for (const other of [undefined, OLD, { keys: OLD, mode }]) {
      for (const serializer of ["structured", "json"] as const) {
        const cache = cacheOver(backend, { secret: other, serializer });
        expect((await cache.getMany(["k", "n"])).size).toBe(0);
        expect(cache.stats().undecodable).toBe(2);
      }
    }
  });

  it("a value cannot be moved to another key, version or prefix", async () => {
    const backend = create();
    const cache = cacheOver(backend, { secret });
    await cache.set("mine", "value");
    for (const key of [":1:yours", ":2:mine", "p:1:mine", ":1:min"]) {
      forge(backend, key, storedBytes(backend, ":1:mine"));
    }
    expect(await cache.get("yours")).toBeUndefined();
    expect(await cache.get("min")).toBeUndefined();
    expect(await cache.get("mine", undefined, { version: 2 })).toBeUndefined();
    expect(await cache.withPrefix("p").get("mine")).toBeUndefined();
  });

  it("the first secret protects, and all may have protected what is read", async () => {
    const backend = create();
    await cacheOver(backend, { secret: { keys: OLD, mode } }).set("old", "of old");
    const cache = cacheOver(backend, { secret: { keys: [NEW, OLD], mode } });
    expect(await cache.get("old")).toBe("of old");
    await cache.set("new", "of new");
    expect((await cacheOver(backend, { secret }).getMany(["old", "new"])).size).toBe(1);
    expect(await cacheOver(backend, { secret }).get("new")).toBe("of new");
  });

  it("counters count, and are protected like other values", async () => {
    const backend = create();
    const one = cacheOver(backend, { secret });
    const other = cacheOver(backend, { secret });
    await one.set("n", 5, 60);
    expect(
      await Promise.all([one.incr("n"), other.incr("n", 10), one.decr("n", 2), other.incr("n")]),
    ).toContain(15);
    expect(await one.get("n")).toBe(15);
    expect(await one.ttl("n")).toBeGreaterThan(50);
    expect(backend.entries.get(":1:n")?.payload).toBeInstanceOf(Uint8Array);
    await one.set("text", "five");
    await expect(one.incr("text")).rejects.toMatchObject({ code: "CULLET_NOT_AN_INTEGER" });
    expect(await one.get("text")).toBe("five");
    await expect(one.incr("missing")).rejects.toMatchObject({ code: "CULLET_KEY_NOT_FOUND" });
    await backend.set(":1:forged", Buffer.from("7") as never, null);
    await expect(one.incr("forged")).rejects.toMatchObject({ code: "CULLET_KEY_NOT_FOUND" });
  });

  it("touch, ttl and incrVersion work as without", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 });
    const backend = create();
    const cache = cacheOver(backend, { secret });
    await cache.set("k", "value", 10);
    expect(await cache.touch("k", 100)).toBe(true);
    expect(await cache.ttl("k")).toBe(100);
    vi.setSystemTime(1_050_000);
    expect(await cache.get("k")).toBe("value");
    expect(await cache.incrVersion("k")).toBe(2);
    expect(await cache.get("k", undefined, { version: 2 })).toBe("value");
    vi.setSystemTime(1_100_000);
    expect(await cache.get("k", undefined, { version: 2 })).toBeUndefined();
    expect(await cache.touch("k", 5)).toBe(false);
    await cache.set("n", 5, 10);
    expect(await cache.ttl("n")).toBe(10);
    expect(await cache.touch("n", 20)).toBe(true);
    expect(await cache.ttl("n")).toBe(20);
    expect(await cache.get("n")).toBe(5);
  });

  it("long values come back, compressed and not", async () => {
    const long = "a long text of many words, ".repeat(20_000);
    for (const compression of [true, false]) {
      const backend = create();
      const cache = cacheOver(backend, { secret, compression });
      await Promise.all([cache.set("k", "overtaken"), cache.set("k", long)]);
      expect(await cache.get("k")).toBe(long);
      expect(storedBytes(backend, ":1:k").length < long.length / 4).toBe(compression);
    }
  });

  it("add, getOrSet and lock work", async () => {
    const cache = cacheOver(create(), { secret });
    expect(await cache.add("k", "first")).toBe(true);
    expect(await cache.add("k", "second")).toBe(false);
    expect(await cache.getOrSet("k", () => "third")).toBe("first");
    expect(await cache.getOrSet("l", () => "made")).toBe("made");
    const lock = await cache.lock("job");
    expect(await cache.lock("job", { wait: 0 })).toBeUndefined();
    expect(await lock?.release()).toBe(true);
  });

  it("tags and times beyond the timeout work, and cannot be changed", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 });
    const backend = create();
    const cache = cacheOver(backend, { secret, compression: { threshold: 0 } });
    await cache.set("k", text, { tags: ["a", "b"] });
    expect(await cache.get("k")).toBe(text);
    const bytes = storedBytes(backend, ":1:k");
    for (let at = 0; at < 60; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 1;
      forge(backend, ":1:k", changed);
      if ((await cache.get("k")) !== undefined) expect.unreachable(`byte ${at} went unnoticed`);
    }
    forge(backend, ":1:k", bytes);
    expect(await cache.get("k")).toBe(text);
    await cache.invalidateTags(["b"]);
    expect(await cache.get("k")).toBeUndefined();
    expect(await cache.getOrSet("s", () => text, { timeout: 10, staleIfError: 20, tags: ["a"] })).toBe(text);
    expect(await cache.explain("s")).toMatchObject({ state: "fresh", tags: ["a"], ttl: 10, keptFor: 30 });
  });

  it("works beside other serializers", async () => {
    for (const serializer of [
      "json",
      { serialize: JSON.stringify, deserialize: (bytes: Uint8Array) => JSON.parse(String(bytes)) },
    ] as const) {
      const cache = cacheOver(create(), { secret, serializer, compression: true });
      await cache.setMany({ n: 5, few: ["words"], text });
      expect(await cache.getMany(["n", "few", "text"])).toEqual(
        new Map<string, unknown>([
          ["n", 5],
          ["few", ["words"]],
          ["text", text],
        ]),
      );
    }
  });

  it("nothing that is put into the store comes back but what the cache stored there", async () => {
    const backend = create();
    const cache = cacheOver(backend, { secret });
    await cache.set("k", "value");
    const genuine = storedBytes(backend, ":1:k");
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(0, 1, 2, 7, 11, 12), fc.uint8Array(), async (kind, bytes) => {
        const payload = Buffer.concat([Buffer.from([0xc1, 1, 0, kind]), bytes, Buffer.alloc(4)]);
        forge(backend, ":1:k", payload);
        expect(await cache.get("k")).toBeUndefined();
        forge(backend, ":1:k", Buffer.concat([genuine.subarray(0, 4), payload]));
        expect(await cache.get("k")).toBeUndefined();
        backend.entries.set(":1:k", { payload: bytes, expires: Number.POSITIVE_INFINITY });
        expect(await cache.get("k")).toBeUndefined();
      }),
    );
  });
});

describe("what is in the store", () => {
  it("can be read where it is signed, and not where it is sealed", async () => {
    const backend = new StoreBackend();
    await cacheOver(backend, { secret: NEW }).set("k", "plain words");
    expect(storedBytes(backend, ":1:k")[3]).toBe(Kind.signed);
    expect(storedBytes(backend, ":1:k").includes("plain words")).toBe(true);
    await cacheOver(backend, { secret: { keys: NEW, mode: "seal" } }).set("k", "plain words");
    expect(storedBytes(backend, ":1:k")[3]).toBe(Kind.sealed);
    expect(storedBytes(backend, ":1:k").includes("plain")).toBe(false);
  });

  it("is sealed under another nonce each time, and another key for each cache", async () => {
    const backend = new StoreBackend();
    const caches = [1, 2].map(() => cacheOver(backend, { secret: { keys: NEW, mode: "seal" } }));
    const salts = new Set<string>();
    const nonces = new Set<string>();
    for (const cache of caches) {
      for (let n = 0; n < 50; n += 1) {
        await cache.set("k", "the same");
        const body = storedBytes(backend, ":1:k").subarray(4);
        salts.add(body.toString("hex", 0, 16));
        nonces.add(body.toString("hex", 0, 28));
        expect(await caches[0]?.get("k")).toBe("the same");
      }
    }
    expect(salts.size).toBe(2);
    expect(nonces.size).toBe(100);
  });

  it("may change between signed and sealed", async () => {
    const backend = new StoreBackend();
    const [signing, sealing] = modes.map((mode) => cacheOver(backend, { secret: { keys: NEW, mode } }));
    await signing?.set("a", 1);
    await sealing?.set("b", 2);
    const both = new Map([
      ["a", 1],
      ["b", 2],
    ]);
    expect(await signing?.getMany(["a", "b"])).toEqual(both);
    expect(await sealing?.getMany(["a", "b"])).toEqual(both);
  });

  it("is left alone in the memory of the process, which is nobody else's", async () => {
    const backend = new MapBackend();
    const features = { ...baseFeatures, expiry: "store", counters: true, payloads: "copies" };
    Object.assign(backend, { features });
    await cacheOver(backend, { secret: NEW }).set("k", "value");
    expect(backend.entries.get(":1:k")?.payload).toBe("value");
  });

  it("has an expiry that nobody can change", async () => {
    const backend = new MapBackend();
    const cache = cacheOver(backend, { secret: NEW });
    await cache.set("k", "value", 10);
    const later = storedBytes(backend, ":1:k");
    later.writeDoubleLE(later.readDoubleLE(4) + 60_000, 4);
    forge(backend, ":1:k", later);
    expect(await cache.get("k")).toBeUndefined();
    expect(await cache.touch("k", 20)).toBe(false);
    expect(cache.stats().undecodable).toBe(1);
  });
});

describe("the setting secret", () => {
  const parse = (secret: unknown) => parseConfig({ backend: "redis", secret }, "caches.hot");
  const length = "got a shorter string";

  it.each([
    ["short", `caches.hot.secret must be at least 32 bytes long; ${length}`],
    ["", `caches.hot.secret must be at least 32 bytes long; ${length}`],
    [[NEW, "short"], `caches.hot.secret must be at least 32 bytes long; ${length}`],
    [{ keys: "short" }, `caches.hot.secret.keys must be at least 32 bytes long; ${length}`],
    [[], "caches.hot.secret must hold a secret; got an empty list"],
    [[NEW, 12345], "caches.hot.secret must be a string or a list of strings; got a number"],
    [{}, "caches.hot.secret.keys must be a string or a list of strings; got undefined"],
    [12345, "caches.hot.secret must be a string, a list of strings, or { keys, mode }; got a number"],
    [{ keys: NEW, mode: "short" }, 'caches.hot.secret.mode must be "sign" or "seal"; got another string'],
    [
      { keys: NEW, mod: "seal" },
      "caches.hot.secret.mod is unknown; did you mean mode? (known are keys, mode)",
    ],
  ])("%j is an error that does not show it", (secret, message) => {
    expect(() => parse(secret)).toThrow(new InvalidConfigError(message));
    expect(message).not.toMatch(/got.*(short"|12345)/);
  });

  it("cannot be an argument of a URI", () => {
    const message =
      "cache: a secret cannot be an argument of a URI, which is often logged; use { ...parseCacheUri(uri), secret }";
    expect(() => parseCacheUri(`redis://h?secret=${NEW}`)).toThrow(new InvalidConfigError(message));
    expect(() => createCache(`redis://h?SECRET=${NEW}&secret=x`)).toThrow(InvalidConfigError);
  });

  it("is nowhere to be seen", async () => {
    const parsed = parse({ keys: [NEW, OLD], mode: "seal" });
    const cache = cacheOver(new StoreBackend(), { secret: [NEW, OLD] });
    await cache.set("k", 1);
    const error = await cache.incr("k").catch((error: unknown) => error);
    for (const shown of [parsed, cache, error]) {
      const text = `${inspect(shown, { depth: 20, showHidden: true })} ${JSON.stringify(shown)}`;
      expect(text).not.toMatch(/today|yesterday|746f646179/);
      expect(text).not.toContain(Buffer.from(NEW).toString("base64").slice(0, 16));
    }
  });
});
