import assert from "node:assert/strict";
import type { Chapter } from "../chapter.js";
import { rejects, rejectsArgument, wrongly } from "../expect.js";
import { assertLives } from "../time.js";

/** incrVersion and decrVersion. */
export const versions: Chapter = {
  title: "incrVersion and decrVersion",
  tests(it) {
    it("incrVersion moves the value to the next version, and returns that", async ({ cache }) => {
      await cache.set("key", "value");
      assert.equal(await cache.incrVersion("key"), 2);
      assert.equal(await cache.get("key"), undefined);
      assert.equal(await cache.get("key", undefined, { version: 2 }), "value");
      assert.equal(await cache.incrVersion("key", 3, { version: 2 }), 5);
      assert.equal(await cache.get("key", undefined, { version: 2 }), undefined);
      assert.equal(await cache.get("key", undefined, { version: 5 }), "value");
    });

    it("decrVersion moves it back, and below zero", async ({ cache }) => {
      await cache.set("key", "value");
      assert.equal(await cache.decrVersion("key"), 0);
      assert.equal(await cache.decrVersion("key", 5, { version: 0 }), -5);
      assert.equal(await cache.get("key", undefined, { version: -5 }), "value");
      assert.equal(await cache.incrVersion("key", 6, { version: -5 }), 1);
      assert.equal(await cache.get("key"), "value");
    });

    it("the remaining timeout moves along", async ({ cache }) => {
      const second = cache.withVersion(2);
      await assertLives(second, "key", 60, async () => {
        await cache.set("key", "value", 60);
        await cache.incrVersion("key");
      });
      await cache.set("key", "value", null);
      await cache.incrVersion("key");
      assert.equal(await second.ttl("key"), null);
    });

    it("a key that is not there is a KeyNotFoundError, and nothing is created", async ({ cache }) => {
      await cache.set("other-version", "value", { version: 2 });
      await rejects(cache.incrVersion("other-version"), "CULLET_KEY_NOT_FOUND", /other-version/);
      await rejects(cache.decrVersion("other-version"), "CULLET_KEY_NOT_FOUND", /other-version/);
      assert.equal(await cache.get("other-version", undefined, { version: 2 }), "value");
      assert.equal(await cache.has("other-version", { version: 0 }), false);
    });

    it("what stood at the new version gives way", async ({ cache }) => {
      await cache.set("key", "old", { version: 2, timeout: null });
      await cache.set("key", "new", 60);
      await cache.incrVersion("key");
      assert.equal(await cache.get("key", undefined, { version: 2 }), "new");
      assert.notEqual(await cache.ttl("key", { version: 2 }), null);
    });

    it("a delta of zero leaves the entry where it is", async ({ cache }) => {
      await cache.set("key", "value");
      assert.equal(await cache.incrVersion("key", 0), 1);
      assert.equal(await cache.get("key"), "value");
    });

    it("a delta that is no integer is refused", async ({ cache }) => {
      await cache.set("key", "value");
      for (const delta of [0.5, Number.NaN, "1"])
        await rejectsArgument(cache.incrVersion("key", wrongly(delta)), /delta/);
      assert.equal(await cache.get("key"), "value");
    });

    it("a null, a counter and a structure move whole", async ({ cache }) => {
      const second = cache.withVersion(2);
      for (const value of [null, 41, { a: new Set([1]) }, Buffer.from([0, 255])]) {
        await cache.set("key", value);
        await cache.incrVersion("key");
        assert.deepEqual(await second.get("key", "missing"), value);
      }
      await cache.set("key", 41);
      await cache.incrVersion("key");
      assert.equal(await second.incr("key"), 42);
    });
  },
};
