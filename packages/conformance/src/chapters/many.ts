import assert from "node:assert/strict";
import type { Chapter } from "../chapter.js";
import { rejectsArgument, wrongly } from "../expect.js";
import { assertLives } from "../time.js";

/** Many keys: getMany, setMany and deleteMany. */
export const many: Chapter = {
  title: "getMany, setMany and deleteMany",
  tests(it) {
    it("getMany returns those that exist, in the order asked for", async ({ cache }) => {
      await cache.setMany({ a: 1, b: "two", c: { three: 3 } });
      const found = await cache.getMany(["c", "missing", "a", "b"]);
      assert.deepEqual(
        [...found],
        [
          ["c", { three: 3 }],
          ["a", 1],
          ["b", "two"],
        ],
      );
    });

    it("getMany of keys that are not there is empty", async ({ cache }) => {
      assert.deepEqual(await cache.getMany(["a", "b"]), new Map());
    });

    it("getMany takes a stored null for a hit", async ({ cache }) => {
      await cache.set("key", null);
      assert.deepEqual(await cache.getMany(["key"]), new Map([["key", null]]));
    });

    it("setMany takes an object, a Map, or pairs", async ({ cache }) => {
      assert.deepEqual(await cache.setMany({ a: 1 }), []);
      assert.deepEqual(await cache.setMany(new Map([["b", 2]])), []);
      assert.deepEqual(await cache.setMany([["c", 3]]), []);
      assert.deepEqual(
        await cache.getMany(["a", "b", "c"]),
        new Map([
          ["a", 1],
          ["b", 2],
          ["c", 3],
        ]),
      );
    });

    it("setMany stands in for what was there", async ({ cache }) => {
      await cache.set("a", "old");
      await cache.setMany({ a: "new", b: "new" });
      assert.deepEqual(
        await cache.getMany(["a", "b"]),
        new Map([
          ["a", "new"],
          ["b", "new"],
        ]),
      );
    });

    it("setMany stores the last of several values for one key", async ({ cache }) => {
      await cache.setMany([
        ["key", "first"],
        ["key", "last"],
      ]);
      assert.equal(await cache.get("key"), "last");
    });

    it("setMany gives every entry the timeout", async ({ cache }) => {
      await assertLives(cache, "a", 60, () => cache.setMany({ a: "1", b: "2" }, 60));
      await assertLives(cache, "b", 60, () => cache.setMany({ a: "1", b: "2" }, { timeout: "1m" }));
      await cache.setMany({ a: "1", b: "2" }, null);
      assert.equal(await cache.ttl("a"), null);
      assert.equal(await cache.ttl("b"), null);
    });

    it("deleteMany counts the entries that went", async ({ cache }) => {
      await cache.setMany({ a: 1, b: "2", c: 3 });
      assert.equal(await cache.deleteMany(["a", "b", "missing"]), 2);
      assert.deepEqual(await cache.getMany(["a", "b", "c"]), new Map([["c", 3]]));
      assert.equal(await cache.deleteMany(["a", "b"]), 0);
    });

    it("keys given twice count once", async ({ cache }) => {
      await cache.setMany({ a: 1, b: 2 });
      assert.deepEqual(
        await cache.getMany(["a", "b", "a"]),
        new Map([
          ["a", 1],
          ["b", 2],
        ]),
      );
      assert.equal(await cache.deleteMany(["a", "a", "b", "a"]), 2);
    });

    it("keys and pairs may come from an iterable that runs once", async ({ cache }) => {
      function* pairs() {
        yield ["a", 1] as const;
        yield ["b", 2] as const;
      }
      function* names() {
        yield "a";
        yield "b";
      }
      assert.deepEqual(await cache.setMany(pairs()), []);
      assert.deepEqual(
        await cache.getMany(names()),
        new Map([
          ["a", 1],
          ["b", 2],
        ]),
      );
      assert.equal(await cache.deleteMany(new Set(["a", "b"])), 2);
    });

    it("no keys at all are no error", async ({ cache }) => {
      await cache.set("key", "value");
      assert.deepEqual(await cache.getMany([]), new Map());
      assert.deepEqual(await cache.setMany({}), []);
      assert.deepEqual(await cache.setMany([]), []);
      assert.equal(await cache.deleteMany([]), 0);
      assert.equal(await cache.get("key"), "value");
    });

    it("a text is not taken for a list of keys", async ({ cache }) => {
      await cache.setMany({ a: 1, b: 2 });
      await rejectsArgument(cache.getMany("ab"), /keys/);
      await rejectsArgument(cache.deleteMany("ab"), /keys/);
      await rejectsArgument(cache.setMany(wrongly("ab")), /setMany/);
      assert.equal((await cache.getMany(["a", "b"])).size, 2);
    });

    it("200 entries are stored, found and dropped in one call each", async ({ cache }) => {
      const entries = new Map(Array.from({ length: 200 }, (_, index) => [`key-${index}`, index]));
      assert.deepEqual(await cache.setMany(entries), []);
      assert.deepEqual(await cache.getMany(entries.keys()), entries);
      assert.equal(await cache.deleteMany(entries.keys()), 200);
      assert.equal((await cache.getMany(entries.keys())).size, 0);
    });
  },
};
