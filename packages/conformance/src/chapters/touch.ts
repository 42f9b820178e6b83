import assert from "node:assert/strict";
import type { Chapter } from "../chapter.js";
import { assertLives } from "../time.js";

/** touch and ttl. */
export const touch: Chapter = {
  title: "touch and ttl",
  tests(it) {
    it("touch of a key that is not there is false, and creates nothing", async ({ cache }) => {
      assert.equal(await cache.touch("key", 60), false);
      assert.equal(await cache.has("key"), false);
    });

    it("touch of a live entry is true, and changes nothing but the timeout", async ({ cache }) => {
      const value = { a: [1, new Map([["b", Buffer.from("c")]])] };
      await cache.set("key", value, 60);
      await assertLives(cache, "key", 600, async () => assert.equal(await cache.touch("key", 600), true));
      assert.deepEqual(await cache.get("key"), value);
      await assertLives(cache, "key", 30, () => cache.touch("key", { timeout: "30s" }));
      assert.deepEqual(await cache.get("key"), value);
    });

    it("touch makes an entry last for ever, and end again", async ({ cache }) => {
      await cache.set("key", "value", 60);
      assert.equal(await cache.touch("key", null), true);
      assert.equal(await cache.ttl("key"), null);
      assert.equal(await cache.touch("key", null), true, "an entry that never expires is touched too");
      await assertLives(cache, "key", 60, () => cache.touch("key", 60));
    });

    it("touch leaves the entries beside it alone", async ({ cache }) => {
      await cache.setMany({ a: "1", ab: "2" }, null);
      await cache.touch("a", 60);
      assert.equal(await cache.ttl("ab"), null);
    });

    it("touch of a counter leaves it a counter", async ({ cache }) => {
      await cache.set("key", 5, 60);
      assert.equal(await cache.touch("key", null), true);
      assert.equal(await cache.incr("key"), 6);
      assert.equal(await cache.ttl("key"), null);
    });

    it("touch of a binary value leaves every byte", async ({ cache }) => {
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
      await cache.set("key", bytes, 60);
      await cache.touch("key", 90);
      assert.deepEqual(await cache.get("key"), bytes);
    });

    it("ttl is the seconds left, null for never, undefined where nothing is", async ({ cache, backend }) => {
      assert.equal(await cache.ttl("key"), undefined);
      assert.equal(await backend.ttl(":1:key"), undefined);
      await assertLives(cache, "key", 90.25, () => cache.set("key", "value", 90.25));
      await cache.set("key", "value", null);
      assert.equal(await cache.ttl("key"), null);
      await cache.delete("key");
      assert.equal(await cache.ttl("key"), undefined);
    });

    it("ttl grows less", async ({ cache }) => {
      await cache.set("key", "value", 60);
      const first = (await cache.ttl("key")) as number;
      let second = first;
      while (second === first) second = (await cache.ttl("key")) as number;
      assert.ok(second < first, `${second} s left after ${first} s`);
    });

    it("reading an entry does not lengthen its life", async ({ cache }) => {
      await assertLives(cache, "key", 60, async () => {
        await cache.set("key", "value", 60);
        await cache.get("key");
        await cache.getMany(["key"]);
        await cache.has("key");
        await cache.getOrSet("key", () => "other", 900);
      });
    });
  },
};
