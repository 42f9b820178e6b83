import assert from "node:assert/strict";
import type { Chapter } from "../chapter.js";
import { rejects, rejectsArgument, wrongly } from "../expect.js";
import { assertLives, BRIEF, countersInWholeSeconds, outliveCounter } from "../time.js";

const NOT_COUNTERS: Readonly<Record<string, unknown>> = {
  'the string "10"': "10",
  "an empty string": "",
  "a fraction": 1.5,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "an integer beyond the safe ones": 2 ** 53,
  true: true,
  null: null,
  "a bigint": 10n,
  "an array": [10],
  "a Date": new Date(10),
  "bytes that read 10": Buffer.from("10"),
};

/** incr and decr. */
export const counters: Chapter = {
  title: "incr and decr",
  tests(it) {
    it("incr adds one, or what it is told, and returns the sum", async ({ cache }) => {
      await cache.set("key", 41);
      assert.equal(await cache.incr("key"), 42);
      assert.equal(await cache.incr("key", 10), 52);
      assert.equal(await cache.incr("key", -2), 50);
      assert.equal(await cache.incr("key", 0), 50);
      assert.equal(await cache.get("key"), 50);
    });

    it("decr takes one away, or what it is told, and returns the rest", async ({ cache }) => {
      await cache.set("key", 100);
      assert.equal(await cache.decr("key"), 99);
      assert.equal(await cache.decr("key", 90), 9);
      assert.equal(await cache.decr("key", -1), 10);
      assert.equal(await cache.get("key"), 10);
    });

    it("a counter goes below zero and comes back", async ({ cache }) => {
      await cache.set("key", 1);
      assert.equal(await cache.decr("key", 2), -1);
      assert.equal(await cache.get("key"), -1);
      assert.equal(await cache.decr("key", 9), -10);
      assert.equal(await cache.incr("key", 10), 0);
      assert.equal(await cache.incr("key", 5), 5);
      assert.equal(await cache.get("key"), 5);
    });

    it("a counter that loses a digit loses it altogether", async ({ cache }) => {
      await cache.set("key", 1_000);
      assert.equal(await cache.decr("key"), 999);
      assert.equal(await cache.get("key"), 999);
      assert.deepEqual(await cache.getMany(["key"]), new Map([["key", 999]]));
    });

    it("a counter may be negative from the first", async ({ cache }) => {
      await cache.set("key", -5);
      assert.equal(await cache.incr("key", 2), -3);
      assert.equal(await cache.decr("key", 2), -5);
    });

    it("incr of a key that is not there is a KeyNotFoundError, and creates nothing", async ({ cache }) => {
      await rejects(cache.incr("missing-counter"), "CULLET_KEY_NOT_FOUND", /missing-counter/);
      await rejects(cache.decr("missing-counter"), "CULLET_KEY_NOT_FOUND", /missing-counter/);
      assert.equal(await cache.has("missing-counter"), false);
    });

    for (const [kind, value] of Object.entries(NOT_COUNTERS)) {
      it(`incr of ${kind} is a NotAnIntegerError, and the value stays`, async ({ cache }) => {
        await cache.set("key", value, null);
        await rejects(cache.incr("key"), "CULLET_NOT_AN_INTEGER", /key/);
        await rejects(cache.decr("key"), "CULLET_NOT_AN_INTEGER", /key/);
        assert.deepEqual(await cache.get("key"), value);
        assert.equal(await cache.ttl("key"), null);
      });
    }

    it("a counter is exact up to 2^53 - 1, and no further", async ({ cache }) => {
      await cache.set("key", Number.MAX_SAFE_INTEGER - 2);
      assert.equal(await cache.incr("key"), 9_007_199_254_740_990);
      assert.equal(await cache.incr("key"), 9_007_199_254_740_991);
      await rejects(cache.incr("key"), "CULLET_NOT_AN_INTEGER", /key/);
      assert.equal(await cache.get("key"), 9_007_199_254_740_991);
      await rejects(cache.incr("key", Number.MAX_SAFE_INTEGER), "CULLET_NOT_AN_INTEGER", /key/);
      assert.equal(await cache.decr("key"), 9_007_199_254_740_990);
    });

    it("a counter is exact down to -(2^53 - 1), and no further", async ({ cache }) => {
      await cache.set("key", Number.MIN_SAFE_INTEGER + 1);
      assert.equal(await cache.decr("key"), -9_007_199_254_740_991);
      await rejects(cache.decr("key"), "CULLET_NOT_AN_INTEGER", /key/);
      assert.equal(await cache.get("key"), -9_007_199_254_740_991);
      assert.equal(await cache.incr("key", Number.MAX_SAFE_INTEGER), 0);
      assert.equal(await cache.incr("key", Number.MAX_SAFE_INTEGER), 9_007_199_254_740_991);
    });

    for (const deltas of [
      [1, 1, 1, 1, 1, 1],
      [2, 3, 4, 1, 5, 6],
    ] as const) {
      it(`of keys counted at once by ${deltas}, what cannot be counted fails alone`, async ({ cache }) => {
        const largest = Number.MAX_SAFE_INTEGER;
        await cache.setMany({ first: 10, text: "10", large: largest - 1, largest, last: 10 });
        const keys = ["first", "absent", "text", "large", "largest", "last"];
        const codeOf = (error: { code?: unknown }) => error.code;
        const sums = await Promise.all(keys.map((key, at) => cache.incr(key, deltas[at]).catch(codeOf)));
        const [first, last] = [10 + deltas[0], 10 + deltas[5]];
        const not = "CULLET_NOT_AN_INTEGER";
        assert.deepEqual(sums, [first, "CULLET_KEY_NOT_FOUND", not, largest, not, last]);
        const values = { first, text: "10", large: largest, largest, last };
        assert.deepEqual(await cache.getMany(keys), new Map<string, unknown>(Object.entries(values)));
      });
    }

    it("a delta that is no integer is refused, and the counter stays", async ({ cache }) => {
      await cache.set("key", 1);
      for (const delta of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, "1", null, 1n]) {
        await rejectsArgument(cache.incr("key", wrongly(delta)), /delta/);
        await rejectsArgument(cache.decr("key", wrongly(delta)), /delta/);
      }
      assert.equal(await cache.get("key"), 1);
    });

    it("incr keeps the timeout", async ({ cache, features }) => {
      await cache.set("forever", 1, null);
      await cache.incr("forever");
      assert.equal(await cache.ttl("forever"), null);
      if (countersInWholeSeconds(features)) return;
      await assertLives(cache, "key", 60, async () => {
        await cache.set("key", 1, 60);
        await cache.incr("key");
        await cache.decr("key", 10);
      });
    });

    it("incr does not make a counter outlive its timeout", async ({ cache, features }) => {
      await cache.set("key", 1, BRIEF);
      await cache.incr("key").catch(() => {});
      await outliveCounter(BRIEF, features);
      assert.equal(await cache.get("key"), undefined);
    });

    it("a counter can be stored by every call that stores", async ({ cache }) => {
      await cache.setMany({ setMany: 1 });
      await cache.add("add", 2);
      await cache.getOrSet("getOrSet", () => 3);
      assert.equal(await cache.incr("setMany"), 2);
      assert.equal(await cache.incr("add"), 3);
      assert.equal(await cache.incr("getOrSet"), 4);
    });

    it("a counter and another value take each other's place", async ({ cache }) => {
      await cache.set("key", 5);
      await cache.set("key", "text");
      assert.equal(await cache.get("key"), "text");
      await cache.set("key", 7);
      assert.equal(await cache.incr("key"), 8);
      assert.equal(await cache.add("key", 1), false);
      assert.equal(await cache.getOrSet("key", () => 1), 8);
    });

    it("a counter is a number again in getMany", async ({ cache }) => {
      await cache.setMany({ a: 1, b: -2, c: "3", d: 4.5 });
      await cache.incr("a");
      assert.deepEqual(
        await cache.getMany(["a", "b", "c", "d"]),
        new Map<string, unknown>([
          ["a", 2],
          ["b", -2],
          ["c", "3"],
          ["d", 4.5],
        ]),
      );
    });
  },
};
