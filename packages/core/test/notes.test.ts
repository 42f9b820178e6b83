import { describe, expect, it, vi } from "vitest";
import { createCache } from "../src/index.js";
import { KeySpace } from "../src/key.js";
import { Noted, noteOf } from "../src/values/note.js";
import { StoreBackend } from "./store-backend.js";
import { forge, storedBytes } from "./stored.js";

const SECRET = "a secret of at least thirty-two bytes";

describe("an entry with a note", () => {
  it("is damaged where its note is, and counted as such", async () => {
    const backend = new StoreBackend();
    const cache = createCache(backend);
    await cache.set("k", "v", { tags: ["t"] });
    const bytes = storedBytes(backend, ":1:k");
    for (let at = 0; at < bytes.length; at += 1) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] as number) ^ 0x55;
      backend.entries.set(":1:k", { payload: damaged, expires: Number.POSITIVE_INFINITY });
      const { undecodable } = cache.stats();
      expect(await cache.get("k")).toBeUndefined();
      expect(cache.stats().undecodable).toBe(undecodable + 1);
      expect(await cache.getOrSet("k", () => "made", { tags: ["t"] })).toBe("made");
    }
  });

  it("is a miss where its note has another form", async () => {
    const backend = new StoreBackend();
    const cache = createCache(backend);
    await cache.set("k", "v", { tags: ["t"] });
    const bytes = storedBytes(backend, ":1:k");
    const length = bytes.readUInt32LE(4);
    for (const note of ["{}", "[1]", '["a",0,0]', "[null,0,0,1,2]", '[null,0,0,"t"]', "[null,", "null"]) {
      const other = Buffer.from(bytes);
      other.write(note.padEnd(length), 8);
      forge(backend, ":1:k", other);
      expect(await cache.get("k")).toBeUndefined();
      expect(await cache.has("k")).toBe(false);
    }
    for (const longer of [length + 1, 2 ** 32 - 1]) {
      const other = Buffer.from(bytes);
      other.writeUInt32LE(longer, 4);
      forge(backend, ":1:k", other);
      expect(await cache.get("k")).toBeUndefined();
    }
  });

  it("may be compressed, signed or sealed", async () => {
    for (const settings of [
      { compression: { threshold: 0, algorithm: "gzip" as const } },
      { secret: SECRET },
      { secret: { keys: [SECRET], mode: "seal" as const }, compression: true },
    ]) {
      const backend = new StoreBackend();
      const make = () => createCache({ backend: () => backend, ...settings });
      const [cache, other] = [make(), make()];
      const options = { tags: ["t"], timeout: 0.02, staleIfError: 60, lock: true };
      const text = "over and over again, ".repeat(20);
      expect(await cache.getOrSet("k", () => text, options)).toBe(text);
      expect(await other.get("k")).toBe(text);
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(await other.get("k")).toBeUndefined();
      const fails = () => other.getOrSet("k", () => Promise.reject(new Error("down")), options);
      expect(await fails()).toBe(text);
      await cache.invalidateTags(["t"]);
      await expect(fails()).rejects.toThrow("down");
      expect(await cache.lock("job")).toBeDefined();
      expect(await other.lock("job")).toBeUndefined();
    }
  });

  it("is a hit again when its backend keeps references, of the very value", async () => {
    const inMemory = new StoreBackend();
    Object.assign(inMemory, { features: { ...inMemory.features, payloads: "references" } });
    const cache = createCache(inMemory);
    const value = { itself: vi.fn() };
    await cache.set("k", value, { tags: ["t"] });
    expect(await cache.get("k")).toBe(value);
    expect(noteOf(inMemory.features, inMemory.entries.get(":1:k")?.payload)).toMatchObject({ keptMs: 0 });
    await cache.invalidateTags(["t"]);
    expect(await cache.get("k")).toBeUndefined();
    // What looks like an envelope with a note may be a value of the user's.
    const bytes = Buffer.from([0xc1, 1, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
    await cache.set("k", bytes);
    expect(await cache.get("k")).toBe(bytes);
    expect(new Noted({ freshUntil: null, keptMs: 0, costMs: 0, tags: [] }, bytes).payload).toBe(bytes);
  });
});

describe("a hidden key", () => {
  const keys = (keyPrefix: string) => new KeySpace({ keyPrefix, version: 1, keyFunction: undefined });

  it("stands under the prefix, beside the versions, in characters that every backend takes", () => {
    expect(keys("app").hidden("tag", "any name, ä".repeat(99))).toMatch(/^app:~tag:[\w-]{22}$/);
    expect(keys("").hidden("lock", "k")).toMatch(/^:~lock:[\w-]{22}$/);
    expect(keys("app").hidden("lease", "k")).not.toBe(keys("app").hidden("lease", "l"));
  });

  it("is made by the keyFunction where there is one, and the same for views of every version", () => {
    const own = new KeySpace({
      keyPrefix: "p",
      version: 3,
      keyFunction: (key, prefix, version) => `{${prefix}}.${version}.${key}`,
    });
    expect(own.hidden("tag", "t")).toMatch(/^\{p\}\.1\.~tag:[\w-]{22}$/);
    expect(own.withVersion(4).hidden("tag", "t")).toBe(own.hidden("tag", "t"));
  });

  it("is no key that a user can write", async () => {
    const backend = new StoreBackend();
    const cache = createCache(backend);
    await cache.set("k", 1, { tags: ["t"] });
    const hidden = [...backend.entries.keys()].find((key) => key.includes("~tag:"));
    expect(hidden).toBeDefined();
    const view = cache.withPrefix("~tag");
    await view.set(hidden?.split(":").at(-1) as string, "user's");
    expect(await cache.get("k")).toBe(1);
  });
});
