import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { Cache } from "@cullet/core";
import type { Chapter } from "../chapter.js";
import { wrongly } from "../expect.js";

const SECRET = "hunter2";

/** A call for each kind of error, with what its message must name. */
const FAILURES: readonly (readonly [
  name: string,
  code: string,
  named: RegExp,
  fail: (cache: Cache) => Promise<unknown>,
])[] = [
  ["InvalidKeyError", "CULLET_INVALID_KEY", /key/, (cache) => cache.set("", SECRET)],
  ["KeyNotFoundError", "CULLET_KEY_NOT_FOUND", /"missing-key"/, (cache) => cache.incr("missing-key")],
  ["KeyNotFoundError", "CULLET_KEY_NOT_FOUND", /missing-key/, (cache) => cache.incrVersion("missing-key")],
  ["NotAnIntegerError", "CULLET_NOT_AN_INTEGER", /"the-key"/, (cache) => cache.incr("the-key")],
];

/** What an error says, and what it must not. */
export const errors: Chapter = {
  title: "errors",
  tests(it) {
    for (const [name, code, named, fail] of FAILURES) {
      it(`${name} has its name and code, says what of (${named.source}), and shows no value`, async ({
        cache,
      }) => {
        await cache.set("the-key", SECRET);
        await assert.rejects(fail(cache), (error: Error & { code?: unknown }) => {
          assert.equal(error.name, name);
          assert.equal(error.code, code);
          // A backend gets the whole key, and may name that.
          assert.match(error.message.replace(/":1:/, '"'), named);
          assert.doesNotMatch(inspect(error, { depth: 9 }), new RegExp(SECRET));
          return true;
        });
      });
    }

    it("a caller's mistake is no error of the store, and is not counted as one", async ({ cache }) => {
      const mistakes = [
        () => cache.set("key", undefined),
        () => cache.set("key", 1, Number.NaN),
        () => cache.get(wrongly(1)),
        () => cache.incr("missing"),
        () => cache.incr("key", 0.5),
      ];
      for (const mistake of mistakes) await assert.rejects(mistake());
      assert.equal(cache.stats().errors, 0);
    });

    it("after an error the cache goes on", async ({ cache }) => {
      await assert.rejects(cache.incr("missing"));
      await cache.set("key", "text");
      await assert.rejects(cache.incr("key"));
      await cache.set("key", 1);
      assert.equal(await cache.incr("key"), 2);
    });

    it("an inspected cache shows no value", async ({ cache }) => {
      await cache.set("key", { password: SECRET });
      await cache.get("key");
      assert.doesNotMatch(inspect(cache, { depth: 9 }), new RegExp(SECRET));
    });
  },
};
