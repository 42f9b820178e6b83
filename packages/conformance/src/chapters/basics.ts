import assert from "node:assert/strict";
import type { Chapter } from "../chapter.js";
import { rejectsArgument } from "../expect.js";

/** One key: get, set, add, has and delete. */
export const basics: Chapter = {
  title: "get, set, add, has and delete",
  tests(it) {
    it("a key that was never set is a miss", async ({ cache }) => {
      assert.equal(await cache.get("key"), undefined);
      assert.equal(await cache.get("key", "default"), "default");
      assert.equal(await cache.has("key"), false);
    });

    it("a key that was set is a hit", async ({ cache }) => {
      await cache.set("key", "value");
      assert.equal(await cache.get("key"), "value");
      assert.equal(await cache.get("key", "default"), "value");
      assert.equal(await cache.has("key"), true);
    });

    it("a stored null, false, zero or empty string is a hit", async ({ cache }) => {
      for (const value of [null, false, 0, ""]) {
        await cache.set("key", value);
        assert.equal(await cache.get("key", "default"), value);
        assert.equal(await cache.has("key"), true);
        assert.equal(await cache.add("key", "other"), false);
        assert.equal(await cache.getOrSet("key", () => "other"), value);
      }
    });

    it("a second set stands in for the first", async ({ cache }) => {
      for (const value of ["first", 2, { third: 3 }, 4, "a longer value than those before it", "short"]) {
        await cache.set("key", value);
        assert.deepEqual(await cache.get("key"), value);
      }
    });

    it("undefined cannot be stored", async ({ cache }) => {
      await cache.set("key", "old");
      await rejectsArgument(cache.set("key", undefined), /undefined/);
      await rejectsArgument(cache.setMany({ key: undefined, other: "new" }), /undefined/);
      await rejectsArgument(cache.add("other", undefined), /undefined/);
      await rejectsArgument(cache.getOrSet("other", undefined), /undefined/);
      assert.equal(await cache.get("key"), "old");
      assert.equal(await cache.has("other"), false);
    });

    it("add stores where nothing was, and only there", async ({ cache }) => {
      assert.equal(await cache.add("key", "first"), true);
      assert.equal(await cache.add("key", "second"), false);
      assert.equal(await cache.get("key"), "first");
    });

    it("add that is refused leaves the timeout as it was", async ({ cache }) => {
      await cache.set("key", "value", null);
      assert.equal(await cache.add("key", "other", 60), false);
      assert.equal(await cache.ttl("key"), null);
    });

    it("add stores again after a delete", async ({ cache }) => {
      await cache.set("key", "first");
      await cache.delete("key");
      assert.equal(await cache.add("key", "second"), true);
      assert.equal(await cache.get("key"), "second");
    });

    it("delete says whether an entry went", async ({ cache }) => {
      await cache.set("key", "value");
      assert.equal(await cache.delete("key"), true);
      assert.equal(await cache.get("key"), undefined);
      assert.equal(await cache.has("key"), false);
      assert.equal(await cache.delete("key"), false);
    });

    it("delete takes one entry and no other", async ({ cache }) => {
      await cache.setMany({ a: "1", ab: "2", b: "3" });
      await cache.delete("a");
      assert.deepEqual(
        await cache.getMany(["a", "ab", "b"]),
        new Map([
          ["ab", "2"],
          ["b", "3"],
        ]),
      );
    });

    it("stats counts hits, misses, sets and deletes", async ({ over }) => {
      const cache = over({});
      await cache.set("key", "value");
      await cache.get("key");
      await cache.get("key");
      await cache.get("missing");
      await cache.delete("key");
      await cache.delete("key");
      const { hits, misses, sets, deletes, errors, undecodable } = cache.stats();
      assert.deepEqual(
        { hits, misses, sets, deletes, errors, undecodable },
        {
          hits: 2,
          misses: 1,
          sets: 1,
          deletes: 1,
          errors: 0,
          undecodable: 0,
        },
      );
    });
  },
};
