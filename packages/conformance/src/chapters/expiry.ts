import assert from "node:assert/strict";
import type { Backend, Cache } from "@cullet/core";
import type { Chapter } from "../chapter.js";
import { rejects, sorted } from "../expect.js";
import { BRIEF, outlive, outliveCounter } from "../time.js";

/** What each call makes of an expired entry at `key`, which the store may or may not have dropped. */
const MISSES: Readonly<Record<string, (cache: Cache, backend: Backend) => Promise<void>>> = {
  "a miss for get": async (cache) => assert.equal(await cache.get("key", "default"), "default"),
  "a miss for getMany": async (cache) => assert.deepEqual(await cache.getMany(["key"]), new Map()),
  "not there for has": async (cache, backend) => {
    assert.equal(await cache.has("key"), false);
    assert.equal(await backend.has(":1:key"), false);
  },
  "without a ttl": async (cache, backend) => {
    assert.equal(await cache.ttl("key"), undefined);
    assert.equal(await backend.ttl(":1:key"), undefined);
  },
  "not revived by touch": async (cache) => {
    assert.equal(await cache.touch("key", 60), false);
    assert.equal(await cache.get("key"), undefined);
  },
  "not in the way of add": async (cache) => {
    assert.equal(await cache.add("key", "new"), true);
    assert.equal(await cache.get("key"), "new");
  },
  "not in the way of set": async (cache) => {
    await cache.set("key", "new", null);
    assert.equal(await cache.get("key"), "new");
    assert.equal(await cache.ttl("key"), null);
  },
  "made anew by getOrSet": async (cache) => assert.equal(await cache.getOrSet("key", () => "new"), "new"),
  "nothing for delete to tell of": async (cache) => assert.equal(await cache.delete("key"), false),
  "nothing for deleteMany to count": async (cache) => assert.equal(await cache.deleteMany(["key"]), 0),
  "not moved by incrVersion": async (cache) => {
    await rejects(cache.incrVersion("key"), "CULLET_KEY_NOT_FOUND");
    assert.equal(await cache.has("key", { version: 2 }), false);
  },
};

/** That an expired entry is never returned. */
export const expiry: Chapter = {
  title: "expiry",
  tests(it) {
    for (const [outcome, check] of Object.entries(MISSES)) {
      it(`an expired entry is ${outcome}`, async ({ cache, backend }) => {
        await cache.set("key", "old", BRIEF);
        await outlive(BRIEF);
        await check(cache, backend);
      });
    }

    it("an expired entry is not listed by keys", async ({ cache, features }) => {
      await cache.setMany({ lasting: 1 });
      await cache.set("key", "old", BRIEF);
      await outlive(BRIEF);
      if (features.lists) assert.deepEqual(await sorted(cache.keys()), ["lasting"]);
      else await rejects(sorted(cache.keys()), "CULLET_UNSUPPORTED");
    });

    it("an expired counter is a KeyNotFoundError for incr, and is not created", async ({
      cache,
      features,
    }) => {
      await cache.set("key", 5, BRIEF);
      await outliveCounter(BRIEF, features);
      await rejects(cache.incr("key"), "CULLET_KEY_NOT_FOUND");
      assert.equal(await cache.has("key"), false);
    });

    it("entries expire whichever call stored them", async ({ cache }) => {
      await cache.setMany({ setMany: "value" }, BRIEF);
      await cache.add("add", "value", `${BRIEF * 1_000}ms`);
      await cache.getOrSet("getOrSet", () => "value", { timeout: BRIEF });
      await cache.getOrSet("setTimeout", ({ setTimeout }) => {
        setTimeout(BRIEF);
        return "value";
      });
      await cache.set("touch", "value", null);
      await cache.touch("touch", BRIEF);
      await cache.set("incrVersion", "value", { timeout: BRIEF, version: 0 });
      await cache.incrVersion("incrVersion", 1, { version: 0 });
      await outlive(BRIEF);
      const keys = ["setMany", "add", "getOrSet", "setTimeout", "touch", "incrVersion"];
      assert.deepEqual(await cache.getMany(keys), new Map());
    });

    it("a shorter timeout stands in for a longer one", async ({ cache }) => {
      await cache.set("set", "old", null);
      await cache.set("set", "new", BRIEF);
      await cache.set("setMany", "old", 60);
      await cache.setMany({ setMany: "new" }, BRIEF);
      await outlive(BRIEF);
      assert.deepEqual(await cache.getMany(["set", "setMany"]), new Map());
    });

    it("a longer timeout stands in for a shorter one", async ({ cache }) => {
      const keys = ["set", "setMany", "touch", "never"];
      for (const key of keys) {
        do await cache.set(key, "old", 0.3);
        while (!(await lengthen(cache, key)));
      }
      await outlive(0.3);
      assert.deepEqual([...(await cache.getMany(keys)).keys()], keys);
    });
  },
};

/** Gives the entry at `key` a longer life in the way that it is named after; false where it was gone already. */
async function lengthen(cache: Cache, key: string): Promise<boolean> {
  if (key === "touch") return cache.touch(key, 60);
  if (key === "setMany") await cache.setMany({ [key]: "new" }, 60);
  else await cache.set(key, "new", key === "never" ? null : 60);
  return true;
}
