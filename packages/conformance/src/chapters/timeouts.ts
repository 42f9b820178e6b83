import assert from "node:assert/strict";
import type { Cache, Timeout } from "@cullet/core";
import type { Chapter } from "../chapter.js";
import { rejectsArgument, wrongly } from "../expect.js";
import { assertLives, within } from "../time.js";

/** The calls that take a timeout; each stores or touches `key`. */
const CALLS: Readonly<Record<string, (cache: Cache, timeout: Timeout | undefined) => Promise<unknown>>> = {
  set: (cache, timeout) => cache.set("key", "new", timeout),
  "set with options": (cache, timeout) => cache.set("key", "new", { timeout }),
  setMany: (cache, timeout) => cache.setMany({ key: "new" }, timeout),
  add: (cache, timeout) => cache.add("key", "new", timeout),
  getOrSet: (cache, timeout) => cache.getOrSet("key", () => "new", timeout),
  "getOrSet by setTimeout": (cache, timeout) =>
    cache.getOrSet("key", ({ setTimeout }) => {
      if (timeout !== undefined) setTimeout(timeout);
      return "new";
    }),
  touch: async (cache, timeout) => {
    await cache.add("key", "new", 7_000);
    await cache.touch("key", timeout);
  },
};

const TIMEOUTS: readonly (readonly [timeout: Timeout, seconds: number])[] = [
  [30, 30],
  [1.5, 1.5],
  [10.123, 10.123],
  ["2500ms", 2.5],
  ["30s", 30],
  ["1.5s", 1.5],
  ["15m", 900],
  ["2h", 7_200],
  ["7d", 604_800],
  // The longest that memcached takes for a span of time, the longest of setTimeout, and that of 32 bits of seconds.
  ["31d", 2_678_400],
  [2_147_484, 2_147_484],
  [5_000_000_000, 5_000_000_000],
];

const NOT_TIMEOUTS = [
  Number.NaN,
  "",
  "10",
  "ten",
  "5 m",
  "5M",
  "-",
  true,
  false,
  10n,
  [],
  [5],
  () => 5,
  Symbol("5"),
];

/** How long entries live. */
export const timeouts: Chapter = {
  title: "timeouts",
  tests(it) {
    for (const [call, run] of Object.entries(CALLS)) {
      it(`${call} gives the entry as long as asked, to the millisecond`, async ({ cache }) => {
        for (const [timeout, seconds] of TIMEOUTS) {
          await cache.delete("key");
          await assertLives(cache, "key", seconds, () => run(cache, timeout));
          assert.equal(await cache.get("key"), "new");
        }
      });

      it(`${call} with null stores for ever`, async ({ cache }) => {
        await run(cache, null);
        assert.equal(await cache.ttl("key"), null);
        assert.equal(await cache.get("key"), "new");
      });

      it(`${call} without a timeout takes the cache's own, 300 unless configured`, async ({
        cache,
        over,
      }) => {
        await assertLives(cache, "key", 300, () => run(cache, undefined));
        const brief = over({ timeout: "20s", keyPrefix: "brief" });
        await assertLives(brief, "key", 20, () => run(brief, undefined));
        const forever = over({ timeout: null, keyPrefix: "forever" });
        await run(forever, undefined);
        assert.equal(await forever.ttl("key"), null);
      });

      it(`${call} with zero or less leaves nothing there`, async ({ cache }) => {
        for (const timeout of [0, -1, -0.001, "0s", "-5m", Number.NEGATIVE_INFINITY]) {
          await run(cache, timeout);
          assert.equal(await cache.get("key"), undefined, `a timeout of ${timeout}`);
          assert.equal(await cache.has("key"), false);
          assert.equal(await cache.ttl("key"), undefined);
        }
      });

      it(`${call} refuses what is no timeout, and stores nothing`, async ({ cache }) => {
        for (const timeout of NOT_TIMEOUTS) {
          const refused = call === "set with options" ? /./ : /timeout/;
          await rejectsArgument(run(cache, wrongly(timeout)), refused);
          if (call !== "touch")
            assert.equal(await cache.has("key"), false, `a timeout of ${String(timeout)}`);
        }
      });
    }

    it("half a second is not rounded down to nothing", async ({ cache }) => {
      const found = await within(250, async () => {
        await cache.set("key", "value", 0.5);
        return cache.get("key");
      });
      assert.equal(found, "value");
    });

    it("set and setMany with zero drop what was there", async ({ cache }) => {
      await cache.setMany({ a: 1, b: 2, c: 3 });
      await cache.set("a", "new", 0);
      assert.deepEqual(await cache.setMany({ b: "new" }, -1), []);
      assert.deepEqual(await cache.getMany(["a", "b", "c"]), new Map([["c", 3]]));
    });

    it("add with zero says whether it could have stored, and leaves a live entry alone", async ({
      cache,
    }) => {
      assert.equal(await cache.add("key", "new", 0), true);
      assert.equal(await cache.has("key"), false);
      await cache.set("key", "old");
      assert.equal(await cache.add("key", "new", 0), false);
      assert.equal(await cache.get("key"), "old");
    });

    it("touch with zero drops a live entry", async ({ cache }) => {
      await cache.set("key", "value");
      assert.equal(await cache.touch("key", 0), true);
      assert.equal(await cache.get("key"), undefined);
      assert.equal(await cache.touch("key", 0), false);
    });

    it("getOrSet with zero returns the value, and a value that is there", async ({ cache }) => {
      assert.equal(await cache.getOrSet("key", () => "made", 0), "made");
      assert.equal(await cache.has("key"), false);
      await cache.set("key", "old");
      assert.equal(await cache.getOrSet("key", () => "made", 0), "old");
      assert.equal(await cache.get("key"), "old");
    });

    it("a counter takes a timeout like any other value", async ({ cache }) => {
      await cache.set("key", 5, null);
      assert.equal(await cache.ttl("key"), null);
      await cache.set("key", 5, 0);
      assert.equal(await cache.has("key"), false);
    });
  },
};
