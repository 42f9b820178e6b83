import assert from "node:assert/strict";
import type { Chapter } from "../chapter.js";
import { atOnce } from "../expect.js";
import { explains, observe, operations } from "../linearizable.js";
import { holds } from "../property.js";

/** Many callers at once, in one process. */
export const races: Chapter = {
  title: "many callers at once",
  tests(it) {
    it("of 200 who add one key, one is told that it did", async ({ cache }) => {
      const added = await atOnce(200, (index) => cache.add("key", index));
      assert.equal(added.filter(Boolean).length, 1);
      assert.equal(await cache.get("key"), added.indexOf(true));
    });

    it("of 200 who add through the backend one did, where features.atomic says so", async ({
      backend,
      features,
    }) => {
      const added = await atOnce(200, async () => backend.add("key", Uint8Array.of(1), null));
      const winners = added.filter(Boolean).length;
      if (features.atomic) assert.equal(winners, 1);
      else assert.ok(winners >= 1);
    });

    it("200 who count lose nothing", async ({ cache }) => {
      await cache.set("key", 0);
      const sums = await atOnce(200, () => cache.incr("key"));
      assert.equal(await cache.get("key"), 200);
      assert.equal(new Set(sums).size, 200, "each got a number of its own");
    });

    it("counting up and down by different amounts adds up", async ({ cache }) => {
      await cache.set("key", 0);
      await atOnce(100, (index) => (index % 2 === 0 ? cache.incr("key", index) : cache.decr("key", index)));
      assert.equal(await cache.get("key"), -50);
    });

    it("of 100 who delete one entry, one is told that it did", async ({ cache }) => {
      await cache.set("key", "value");
      const gone = await atOnce(100, () => cache.delete("key"));
      assert.equal(gone.filter(Boolean).length, 1);
    });

    it("readers see one of the values written, and whole", async ({ cache }) => {
      const written = Array.from({ length: 20 }, (_, index) =>
        String.fromCharCode(97 + index).repeat(500 * (index + 1)),
      );
      const valid = new Set<unknown>([undefined, ...written]);
      await Promise.all([
        ...written.map((value) => cache.set("key", value)),
        atOnce(100, async () => assert.ok(valid.has(await cache.get("key")), "a value that nobody wrote")),
      ]);
    });

    it("a touch does not bring back the value of before a set", async ({ cache }) => {
      for (let round = 0; round < 20; round += 1) {
        await cache.set("key", "old");
        await Promise.all([cache.touch("key", 60), cache.set("key", "new"), cache.touch("key", 60)]);
        assert.equal(await cache.get("key"), "new");
      }
    });

    it("a touch or incr does not bring back what was deleted", async ({ cache }) => {
      for (let round = 0; round < 20; round += 1) {
        await cache.set("key", 1);
        await Promise.all([cache.touch("key", 60), cache.incr("key"), cache.delete("key")]);
        assert.equal(await cache.has("key"), false);
      }
    });

    it("a clear leaves nothing of what was stored before it", async ({ cache }) => {
      await atOnce(50, (index) => cache.set(`key-${index}`, 1));
      await Promise.all([atOnce(50, (index) => cache.incr(`key-${index}`).catch(() => 0)), cache.clear()]);
      await cache.clear();
      assert.deepEqual(
        await cache.getMany(Array.from({ length: 50 }, (_, index) => `key-${index}`)),
        new Map(),
      );
    });

    it("what callers at once are told is what some order of their calls would tell", async ({ cache }) => {
      await holds(operations, 60, async (calls) => {
        await cache.delete("key");
        const seen = await Promise.all(calls.map((call) => observe(cache, "key", call)));
        const last = await observe(cache, "key", { name: "get" });
        assert.ok(explains(seen, last), "no order of the calls explains what they returned");
      });
    });
  },
};
