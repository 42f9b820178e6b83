import assert from "node:assert/strict";
import type { Cache } from "@cullet/core";
import type { Chapter } from "../chapter.js";
import { rejects, sorted, wrongly } from "../expect.js";
import { isPortable } from "../keys.js";

/** Groups of keys that a careless store takes for one. */
const LOOKALIKES: Readonly<Record<string, readonly string[]>> = {
  case: ["key", "Key", "KEY", "ß", "ss", "SS", "i", "I", "İ", "ı"],
  "Unicode normalisation": ["caf\u00e9", "cafe\u0301", "\u212b", "\u00c5", "A\u030a", "\ufb01", "fi"],
  whitespace: ["a", " a", "a ", "a  ", "a\t", "a\n", "a\u00a0", "a\u200b"],
  "number form": ["1", "01", "1.0", "+1", "1e0", "\u0661"],
  escaping: ["a b", "a+b", "a%20b", "a%2520b", "a\\ b", 'a"b', "a'b", "a''b"],
  "path separators": ["a/b", "a\\b", "a:b", "a//b", "a/./b", "./a/b", "../a/b", "a/../a/b", ".", ".."],
  "SQL and glob wildcards": ["a_c", "a%c", "a*c", "a?c", "abc", "[a]bc", "a[b]c", "a.c"],
  "names on Object.prototype": ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"],
  "names of nothing": ["null", "undefined", "NaN", "false", "0", "-0"],
  "a late difference": [
    `${"x".repeat(300)}a`,
    `${"x".repeat(300)}b`,
    "x".repeat(300),
    "x".repeat(255),
    "x".repeat(256),
  ],
  "beyond the basic plane": ["\u{1f600}", "\u{1f601}", "\ufffd", "\u{10ffff}", "\uffff"],
};

const NOT_KEYS: Readonly<Record<string, unknown>> = {
  "an empty string": "",
  "a string with NUL": "a\0b",
  "a lone surrogate": "a\ud800",
  "a number": 1,
  null: null,
  undefined: undefined,
  "an object": {},
};

/** Every call that takes a key, on that key. */
const CALLS: Readonly<Record<string, (cache: Cache, key: string) => Promise<unknown>>> = {
  get: (cache, key) => cache.get(key),
  getMany: (cache, key) => cache.getMany(["good", key]),
  set: (cache, key) => cache.set(key, "value"),
  setMany: (cache, key) =>
    cache.setMany([
      ["good", "value"],
      [key, "value"],
    ]),
  add: (cache, key) => cache.add(key, "value"),
  getOrSet: (cache, key) => cache.getOrSet(key, () => "value"),
  touch: (cache, key) => cache.touch(key, 60),
  has: (cache, key) => cache.has(key),
  incr: (cache, key) => cache.incr(key),
  decr: (cache, key) => cache.decr(key),
  incrVersion: (cache, key) => cache.incrVersion(key),
  decrVersion: (cache, key) => cache.decrVersion(key),
  delete: (cache, key) => cache.delete(key),
  deleteMany: (cache, key) => cache.deleteMany(["good", key]),
  ttl: (cache, key) => cache.ttl(key),
};

/** What is a key, which keys are the same, and how prefix and version make the stored one. */
export const keys: Chapter = {
  title: "keys, versions and prefixes",
  tests(it) {
    for (const [difference, group] of Object.entries(LOOKALIKES)) {
      it(`keys that differ in ${difference} are different entries`, async ({ cache, features }) => {
        const storable = features.portableKeysOnly ? group.filter(isPortable) : group;
        for (const key of storable) await cache.set(key, `the value of ${key}`);
        for (const key of storable) assert.equal(await cache.get(key), `the value of ${key}`);
        const found = await cache.getMany(storable);
        assert.deepEqual([...found.keys()].sort(), [...storable].sort());
        for (const key of group) {
          if (!storable.includes(key)) await rejects(cache.set(key, "value"), "CULLET_INVALID_KEY");
        }
      });
    }

    for (const [call, run] of Object.entries(CALLS)) {
      it(`${call} refuses what is no key`, async ({ cache }) => {
        for (const key of Object.values(NOT_KEYS))
          await rejects(run(cache, wrongly(key)), "CULLET_INVALID_KEY", /key/);
        assert.equal(await cache.has("good"), false, "nothing was stored beside the bad key");
      });
    }

    it("a stored key of 250 bytes is taken by every backend", async ({ cache }) => {
      const longest = ["x".repeat(247), `${"€".repeat(82)}x`];
      for (const key of longest) {
        await cache.set(key, key);
        assert.equal(await cache.get(key), key);
      }
    });

    it("a stored key of more bytes is taken, unless features.portableKeysOnly", async ({
      cache,
      features,
    }) => {
      for (const key of ["x".repeat(248), "€".repeat(83), "y".repeat(4_000)]) {
        if (features.portableKeysOnly) {
          await rejects(cache.set(key, "value"), "CULLET_INVALID_KEY", /250/);
        } else {
          await cache.set(key, key);
          assert.equal(await cache.get(key), key);
          assert.equal(await cache.delete(key), true);
        }
      }
    });

    it("the stored key is the prefix, the version and the key", async ({ backend, cache, over }) => {
      await cache.set("plain", "value");
      assert.equal(await backend.has(":1:plain"), true);
      await over({ keyPrefix: "app", version: 7 }).set("key", "value");
      assert.equal(await backend.has("app:7:key"), true);
    });

    it("caches of different prefixes do not see each other's entries", async ({ over }) => {
      const one = over({ keyPrefix: "one" });
      const two = over({ keyPrefix: "two" });
      await one.set("key", "of one");
      assert.equal(await two.get("key"), undefined);
      await two.set("key", "of two");
      assert.equal(await one.get("key"), "of one");
      assert.equal(await two.delete("key"), true);
      assert.equal(await one.get("key"), "of one");
    });

    it("caches of different versions do not see each other's entries", async ({ over }) => {
      const first = over({});
      const second = over({ version: 2 });
      await first.set("key", "of version 1");
      assert.equal(await second.get("key"), undefined);
      await second.set("key", "of version 2");
      assert.equal(await first.get("key"), "of version 1");
      assert.equal(await first.get("key", undefined, { version: 2 }), "of version 2");
    });

    it("a version may be zero or below", async ({ cache }) => {
      for (const version of [0, -1]) {
        await cache.set("key", `at ${version}`, { version });
        assert.equal(await cache.get("key", undefined, { version }), `at ${version}`);
      }
      assert.equal(await cache.get("key"), undefined);
    });

    it("every call about one key takes a version", async ({ cache }) => {
      const second = { version: 2 };
      await cache.set("key", 1, { ...second, timeout: 60 });
      assert.equal(await cache.get("key"), undefined);
      assert.equal(await cache.get("key", undefined, second), 1);
      assert.equal(await cache.has("key", second), true);
      assert.equal(await cache.add("key", 5, second), false);
      assert.equal(await cache.add("key", 5), true);
      assert.equal(await cache.incr("key", 1, second), 2);
      assert.equal(await cache.decr("key", 4, second), -2);
      assert.equal(await cache.touch("key", { ...second, timeout: null }), true);
      assert.equal(await cache.ttl("key", second), null);
      assert.equal(await cache.getOrSet("key", () => 9, second), -2);
      assert.equal(await cache.delete("key", second), true);
      assert.equal(await cache.delete("key", second), false);
      assert.equal(await cache.get("key"), 5);
    });

    it("every call about many keys takes a version", async ({ cache }) => {
      const second = { version: 2 };
      await cache.setMany({ a: "a2", b: "b2" }, second);
      assert.equal((await cache.getMany(["a", "b"])).size, 0);
      assert.deepEqual(
        await cache.getMany(["a", "b"], second),
        new Map([
          ["a", "a2"],
          ["b", "b2"],
        ]),
      );
      assert.equal(await cache.deleteMany(["a", "b"]), 0);
      assert.equal(await cache.deleteMany(["a", "b"], second), 2);
    });

    it("a keyFunction makes the stored key", async ({ backend, over }) => {
      const cache = over({
        keyPrefix: "app",
        version: 3,
        keyFunction: (key, keyPrefix, version) => `${key}-${version}-${keyPrefix}`,
      });
      await cache.set("key", "value");
      assert.equal(await backend.has("key-3-app"), true);
      assert.equal(await cache.get("key"), "value");
      assert.equal(await cache.delete("key"), true);
    });

    it("a keyFunction rules out keys, deletePattern and clear, but not clear of all", async ({ over }) => {
      const cache = over({ keyFunction: (key) => `my-${key}` });
      await cache.set("key", "value");
      await rejects(sorted(cache.keys()), "CULLET_UNSUPPORTED", /keyFunction/);
      await rejects(cache.deletePattern("*"), "CULLET_UNSUPPORTED", /keyFunction/);
      await rejects(cache.clear(), "CULLET_UNSUPPORTED", /keyFunction/);
      assert.equal(await cache.get("key"), "value");
      await cache.clear({ all: true });
      assert.equal(await cache.get("key"), undefined);
    });
  },
};
