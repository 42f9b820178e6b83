import assert from "node:assert/strict";
import type { Chapter } from "../chapter.js";
import { rejects } from "../expect.js";

/** What every backend answers, and how the answers of one that keeps nothing differ. */
export const keeping: Chapter = {
  title: "features.keeps",
  ofAnyBackend: true,
  tests(it) {
    it("get finds what set stored, unless nothing is kept", async ({ cache, features }) => {
      assert.equal(await cache.set("key", "value"), undefined);
      assert.equal(await cache.get("key"), features.keeps ? "value" : undefined);
      assert.equal(await cache.get("key", "default"), features.keeps ? "value" : "default");
    });

    it("getMany finds what setMany stored, unless nothing is kept", async ({ cache, features }) => {
      assert.deepEqual(await cache.setMany({ a: "1", b: "2" }), []);
      assert.equal((await cache.getMany(["a", "b"])).size, features.keeps ? 2 : 0);
    });

    it("a second add is refused, unless nothing is kept", async ({ cache, features }) => {
      assert.equal(await cache.add("key", "value"), true);
      assert.equal(await cache.add("key", "value"), !features.keeps);
    });

    it("has, touch, ttl and delete find the entry, unless nothing is kept", async ({ cache, features }) => {
      await cache.set("key", "value", null);
      assert.equal(await cache.has("key"), features.keeps);
      assert.equal(await cache.touch("key", null), features.keeps);
      assert.equal(await cache.ttl("key"), features.keeps ? null : undefined);
      assert.equal(await cache.delete("key"), features.keeps);
      await cache.set("key", "value");
      assert.equal(await cache.deleteMany(["key"]), features.keeps ? 1 : 0);
    });

    it("incr and incrVersion find the entry, unless nothing is kept", async ({ cache, features }) => {
      await cache.set("key", 1);
      if (features.keeps) {
        assert.equal(await cache.incr("key"), 2);
        assert.equal(await cache.incrVersion("key"), 2);
      } else {
        await rejects(cache.incr("key"), "CULLET_KEY_NOT_FOUND");
        await rejects(cache.incrVersion("key"), "CULLET_KEY_NOT_FOUND");
      }
    });

    it("getOrSet returns what its function made, and runs it again only where nothing is kept", async (subject) => {
      const { cache, features } = subject;
      let runs = 0;
      const make = () => `run ${++runs}`;
      assert.equal(await cache.getOrSet("key", make), "run 1");
      assert.equal(await cache.getOrSet("key", make), features.keeps ? "run 1" : "run 2");
    });

    it("clear is taken by every backend", async ({ cache }) => {
      await cache.set("key", "value");
      assert.equal(await cache.clear(), undefined);
      assert.equal(await cache.clear({ all: true }), undefined);
      assert.equal(await cache.has("key"), false);
    });
  },
};
