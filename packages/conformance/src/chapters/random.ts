import assert from "node:assert/strict";
import fc from "fast-check";
import type { Chapter } from "../chapter.js";
import { isPortable } from "../keys.js";
import { calls, runBoth } from "../model.js";
import { holds } from "../property.js";

const data = fc
  .anything({ withBigInt: true, withMap: true, withSet: true, withTypedArray: true, withSparseArray: true })
  .filter((value) => value !== undefined);

// Mostly what stores have mistaken for something else, and any other character.
const character = fc.oneof(
  fc.constantFrom(..." aAeEéÉ\u0301\u200b0.:/\\%_*?[]\"'`\t\n"),
  fc
    .integer({ min: 1, max: 0x10ffff })
    .map((code) => String.fromCodePoint(code))
    .filter((char) => char.isWellFormed()),
);
const text = fc.string({ unit: character, minLength: 1, maxLength: 12 });

/** Random calls, compared with what a model answers. */
export const random: Chapter = {
  title: "random calls",
  tests(it) {
    for (const round of ["first", "second", "third"]) {
      it(`any sequence of calls is answered as the model answers it, ${round} try`, async ({
        cache,
        features,
      }) => {
        await holds(calls, 60, async (sequence) => {
          await cache.clear({ all: true });
          await runBoth(cache, sequence, features);
        });
      });
    }

    it("any data comes back equal", async ({ cache }) => {
      await holds(data, 200, async (value) => {
        await cache.set("key", value);
        assert.deepEqual(await cache.get("key"), value);
      });
    });

    it("any two keys that differ are two entries", async ({ cache, features }) => {
      const key = features.portableKeysOnly ? text.filter(isPortable) : text;
      await holds(fc.uniqueArray(key, { minLength: 2, maxLength: 8 }), 60, async (keys) => {
        await cache.clear({ all: true });
        await cache.setMany(keys.map((name, index) => [name, index] as const));
        assert.deepEqual(await cache.getMany(keys), new Map(keys.map((name, index) => [name, index])));
        for (const [index, name] of keys.entries()) assert.equal(await cache.get(name), index);
      });
    });
  },
};
