import assert from "node:assert/strict";
import type { Cache } from "@cullet/core";
import type { Chapter, Declare } from "../chapter.js";
import { rejects, sorted } from "../expect.js";
import type { Subject } from "../subject.js";

const KEYS = [
  "user:1",
  "user:2",
  "user:10",
  "page:1",
  "User:1",
  "a*b",
  "a?b",
  "a[b]",
  "a\\b",
  "a%b",
  "axb",
  "a.b",
  "😀",
];

/** Globs, each with the keys of `KEYS` that match. */
const PATTERNS: readonly (readonly [pattern: string, matches: readonly string[]])[] = [
  ["*", KEYS],
  ["user:*", ["user:1", "user:2", "user:10"]],
  ["user:?", ["user:1", "user:2"]],
  ["user:??", ["user:10"]],
  ["*:1", ["user:1", "page:1", "User:1"]],
  ["*er*", ["user:1", "user:2", "user:10", "User:1"]],
  ["user:1", ["user:1"]],
  ["user", []],
  ["a?b", ["a*b", "a?b", "a\\b", "a%b", "axb", "a.b"]],
  ["a[b]", ["a[b]"]],
  ["[au]*", []],
  ["a\\b", ["a\\b"]],
  ["a\\*b", ["a\\b"]],
  ["a%b", ["a%b"]],
  ["a.b", ["a.b"]],
  ["?", ["😀"]],
  ["", []],
];

/** keys and deletePattern. */
export const listing: Chapter = {
  title: "keys and deletePattern",
  tests(declare) {
    const it = whereListed(declare);

    it("keys lists what the user wrote, of this prefix and version", async ({ over }) => {
      const cache = over({ keyPrefix: "app" });
      await cache.setMany({ a: 1, "b:2:c": 2 });
      await cache.set("other-version", 1, { version: 2 });
      await cache.set("another-version", 1, { version: 12 });
      for (const keyPrefix of ["", "app2", "my:app"]) await over({ keyPrefix }).set("other-prefix", 1);
      assert.deepEqual(await sorted(cache.keys()), ["a", "b:2:c"]);
      assert.deepEqual(await sorted(cache.withVersion(2).keys()), ["other-version"]);
    });

    it("keys of an empty cache lists nothing", async ({ cache }) => {
      assert.deepEqual(await sorted(cache.keys()), []);
    });

    it("keys lists each of 250 keys once", async ({ cache }) => {
      const entries = Array.from({ length: 250 }, (_, index) => [`key-${index}`, index] as const);
      await cache.setMany(entries);
      assert.deepEqual(await sorted(cache.keys()), entries.map(([key]) => key).sort());
    });

    it("keys does not list what was deleted", async ({ cache }) => {
      await cache.setMany({ a: 1, b: 2 });
      await cache.delete("a");
      assert.deepEqual(await sorted(cache.keys()), ["b"]);
    });

    it("keys can be left before its end, and the cache changed on the way", async ({ cache }) => {
      await cache.setMany({ a: 1, b: 2, c: 3 });
      for await (const key of cache.keys()) {
        await cache.delete(key);
        await cache.set(`new-${key}`, 1);
        break;
      }
      assert.equal((await sorted(cache.keys())).length, 3);
    });

    it("in a pattern * is any run, ? is one character, and all else is itself", async ({ cache }) => {
      await fill(cache);
      for (const [pattern, matches] of PATTERNS) {
        assert.deepEqual(await sorted(cache.keys(pattern)), [...matches].sort(), `keys("${pattern}")`);
      }
    });

    it("deletePattern drops what keys lists, and counts it", async ({ cache }) => {
      for (const [pattern, matches] of PATTERNS) {
        await fill(cache);
        assert.equal(await cache.deletePattern(pattern), matches.length, `deletePattern("${pattern}")`);
        assert.deepEqual(await sorted(cache.keys()), KEYS.filter((key) => !matches.includes(key)).sort());
      }
    });

    it("deletePattern leaves other versions and prefixes alone", async ({ over }) => {
      const cache = over({ keyPrefix: "app" });
      const others = [cache.withVersion(2), over({ keyPrefix: "app2" }), over({ keyPrefix: "" })];
      await cache.set("key", "own");
      for (const other of others) await other.set("key", "theirs");
      assert.equal(await cache.deletePattern("*"), 1);
      for (const other of others) assert.equal(await other.get("key"), "theirs");
    });

    it("a prefix that looks like a pattern lists only its own", async ({ over }) => {
      for (const keyPrefix of ["a%", "a_b", "a*", "[ab]"])
        await over({ keyPrefix }).set(`of-${keyPrefix}`, 1);
      for (const keyPrefix of ["a%", "a_b", "a*", "[ab]"]) {
        assert.deepEqual(await sorted(over({ keyPrefix }).keys()), [`of-${keyPrefix}`]);
      }
      await over({ keyPrefix: "axb" }).set("of-axb", 1);
      assert.deepEqual(await sorted(over({ keyPrefix: "a_b" }).keys()), ["of-a_b"]);
    });
  },
};

/** Declares tests of what a store that cannot list its keys refuses, and checks there that it does. */
function whereListed(declare: Declare): Declare {
  return (name, body) =>
    declare(name, async (subject: Subject) => {
      if (subject.features.lists) return body(subject);
      await subject.cache.set("key", "value");
      await rejects(sorted(subject.cache.keys()), "CULLET_UNSUPPORTED", /keys/);
      await rejects(subject.cache.deletePattern("*"), "CULLET_UNSUPPORTED", /keys/);
      assert.equal(await subject.cache.get("key"), "value");
    });
}

async function fill(cache: Cache): Promise<void> {
  await cache.setMany(KEYS.map((key) => [key, key] as const));
}
