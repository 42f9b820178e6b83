import assert from "node:assert/strict";
import type { Cache } from "@cullet/core";
import type { Chapter } from "../chapter.js";
import { BRIEF, outlive } from "../time.js";

const THIRD_OF_THIRTY = { maxEntries: 30, cullFrequency: 3 };
const ALL_OF_THIRTY = { maxEntries: 30, cullFrequency: 0 };

/** What goes when a backend is full, and that nothing does where `features.culls` is false. */
export const culling: Chapter = {
  title: "culling",
  tests(it) {
    it(
      "49 sets of at most 30 leave 29 where a third is culled",
      async ({ cache, features }) => {
        const keys = await fill(cache, 49);
        assert.equal((await cache.getMany(keys)).size, features.culls ? 29 : 49);
      },
      THIRD_OF_THIRTY,
    );

    it(
      "49 sets of at most 30 leave 19 where all are culled",
      async ({ cache, features }) => {
        const keys = await fill(cache, 49);
        assert.equal((await cache.getMany(keys)).size, features.culls ? 19 : 49);
      },
      ALL_OF_THIRTY,
    );

    it(
      "as many entries as may be are all kept",
      async ({ cache }) => {
        const keys = await fill(cache, 30);
        assert.equal((await cache.getMany(keys)).size, 30);
      },
      THIRD_OF_THIRTY,
    );

    it(
      "a full cache does not cull on overwriting",
      async ({ cache }) => {
        const keys = await fill(cache, 30);
        await cache.set("key-0", 1);
        await cache.setMany({ "key-1": 1, "key-2": 1 });
        await cache.incr("key-3");
        await cache.touch("key-4", 60);
        assert.equal((await cache.getMany(keys)).size, 30);
      },
      ALL_OF_THIRTY,
    );

    it(
      "a full cache does not cull for an add that is refused, or a read",
      async ({ cache }) => {
        const keys = await fill(cache, 30);
        assert.equal(await cache.add("key-0", "other"), false);
        await cache.get("missing");
        await cache.getOrSet("key-1", () => "other");
        assert.equal((await cache.getMany(keys)).size, 30);
      },
      ALL_OF_THIRTY,
    );

    it(
      "what has expired goes first, and if that is enough nothing else does",
      async ({ cache }) => {
        const brief = Array.from({ length: 10 }, (_, index) => [`brief-${index}`, "value"] as const);
        await cache.setMany(brief, BRIEF);
        await outlive(BRIEF);
        const keys = await fill(cache, 30);
        assert.equal((await cache.getMany(keys)).size, 30);
      },
      ALL_OF_THIRTY,
    );

    it(
      "what was deleted leaves room",
      async ({ cache }) => {
        await fill(cache, 30);
        await cache.deleteMany(["key-0", "key-1"]);
        await cache.set("new-0", "value");
        await cache.set("new-1", "value");
        const survivors = Array.from({ length: 28 }, (_, index) => `key-${index + 2}`);
        assert.equal((await cache.getMany([...survivors, "new-0", "new-1"])).size, 30);
      },
      ALL_OF_THIRTY,
    );

    for (const [share, cullFrequency] of [
      ["all", 0],
      ["every entry", 1],
      ["a half", 2],
      ["a tenth", 10],
    ] as const) {
      it(
        `the entry just written survives where ${share} must go`,
        async ({ cache, features }) => {
          for (let index = 0; index < 20; index += 1) {
            await cache.set(`set-${index}`, index);
            assert.equal(await cache.get(`set-${index}`), index);
            assert.equal(await cache.add(`add-${index}`, index), true);
            assert.equal(await cache.get(`add-${index}`), index);
          }
          const keys = Array.from({ length: 20 }, (_, index) => [`set-${index}`, `add-${index}`]).flat();
          assert.ok((await cache.getMany(keys)).size <= (features.culls ? 5 : 40));
        },
        { maxEntries: 5, cullFrequency },
      );
    }

    it(
      "a cache of one or two entries holds no more",
      async ({ cache, features }) => {
        const keys = await fill(cache, 10);
        const found = await cache.getMany(keys);
        assert.ok(found.size <= (features.culls ? 2 : 10), `${found.size} entries are there`);
        assert.equal(found.get("key-9"), 9);
      },
      { maxEntries: 2, cullFrequency: 3 },
    );

    it(
      "setMany of more than may be leaves no more than may be",
      async ({ cache, features }) => {
        const entries = Array.from({ length: 49 }, (_, index) => [`key-${index}`, index] as const);
        assert.deepEqual(await cache.setMany(entries), []);
        const found = await cache.getMany(entries.map(([key]) => key));
        if (features.culls) assert.ok(found.size > 0 && found.size <= 30, `${found.size} entries are there`);
        else assert.equal(found.size, 49);
      },
      THIRD_OF_THIRTY,
    );

    it("the default is 300 entries, of which a third goes", async ({ cache, features }) => {
      const entries = Array.from({ length: 300 }, (_, index) => [`key-${index}`, index] as const);
      await cache.setMany(entries);
      const keys = entries.map(([key]) => key);
      assert.equal((await cache.getMany(keys)).size, 300);
      await cache.set("one-more", "value");
      assert.equal((await cache.getMany([...keys, "one-more"])).size, features.culls ? 201 : 301);
    });
  },
};

async function fill(cache: Cache, count: number): Promise<string[]> {
  const keys = Array.from({ length: count }, (_, index) => `key-${index}`);
  for (const [index, key] of keys.entries()) await cache.set(key, index);
  return keys;
}
