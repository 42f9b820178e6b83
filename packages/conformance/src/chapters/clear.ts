import assert from "node:assert/strict";
import type { Chapter } from "../chapter.js";

/** clear, and whom it leaves alone. */
export const clear: Chapter = {
  title: "clear",
  tests(it) {
    it("clear drops every version under the prefix", async ({ over }) => {
      const cache = over({ keyPrefix: "app" });
      await cache.setMany({ a: 1, b: 2 });
      await cache.set("a", "at 2", { version: 2 });
      await cache.set("a", "at -1", { version: -1 });
      await cache.clear();
      assert.deepEqual(await cache.getMany(["a", "b"]), new Map());
      assert.equal(await cache.has("a", { version: 2 }), false);
      assert.equal(await cache.has("a", { version: -1 }), false);
    });

    it("clear of an empty cache is no error", async ({ cache }) => {
      await cache.clear();
      await cache.clear({ all: true });
    });

    it("clear leaves the entries of other prefixes, where features.clearsPrefix says so", async ({
      over,
      features,
    }) => {
      const cache = over({ keyPrefix: "app" });
      const neighbours = ["", "ap", "app2", "App", "my:app", "1:app", "a%", "ap_"].map((keyPrefix) =>
        over({ keyPrefix }),
      );
      await cache.set("key", "own");
      for (const neighbour of neighbours) await neighbour.set("key", "theirs");
      await cache.clear();
      assert.equal(await cache.get("key"), undefined);
      if (!features.clearsPrefix) return;
      for (const neighbour of neighbours) assert.equal(await neighbour.get("key"), "theirs");
    });

    it("a prefix that looks like a pattern clears only itself", async ({ over, features }) => {
      for (const keyPrefix of ["a%", "a_b", "a*", "a?b", "[a]", "a.b", "%", "_", "*"]) {
        const cache = over({ keyPrefix });
        const neighbours = ["axb", "a", "ab", "abc"].map((prefix) => over({ keyPrefix: prefix }));
        for (const neighbour of neighbours) await neighbour.set("key", "theirs");
        await cache.set("key", "own");
        await cache.clear();
        assert.equal(await cache.get("key"), undefined);
        if (!features.clearsPrefix) continue;
        for (const neighbour of neighbours)
          assert.equal(await neighbour.get("key"), "theirs", `clear of "${keyPrefix}"`);
      }
    });

    it("clear without a prefix leaves those with one, where features.clearsPrefix says so", async (subject) => {
      const { cache, features, over } = subject;
      const app = over({ keyPrefix: "app" });
      await cache.set("key", "own");
      await app.set("key", "theirs");
      await cache.clear();
      assert.equal(await cache.get("key"), undefined);
      if (features.clearsPrefix) assert.equal(await app.get("key"), "theirs");
    });

    it("clear leaves what others put in the same store, where features.clearsPrefix says so", async (subject) => {
      const { backend, cache, features } = subject;
      await backend.set("somebody-else", Uint8Array.of(1), null);
      await cache.set("key", "own");
      await cache.clear();
      assert.equal(await backend.has("somebody-else"), features.clearsPrefix);
    });

    it("clear of all empties the store itself", async ({ backend, cache, over }) => {
      await backend.set("somebody-else", Uint8Array.of(1), null);
      const app = over({ keyPrefix: "app" });
      await app.set("key", "theirs");
      await cache.set("key", "own");
      await cache.clear({ all: true });
      assert.equal(await cache.has("key"), false);
      assert.equal(await app.has("key"), false);
      assert.equal(await backend.has("somebody-else"), false);
    });

    it("a cleared cache can be filled again", async ({ cache }) => {
      await cache.set("key", "old");
      await cache.clear();
      assert.equal(await cache.add("key", "new"), true);
      assert.equal(await cache.get("key"), "new");
      await cache.clear({ all: true });
      await cache.set("key", 1);
      assert.equal(await cache.incr("key"), 2);
    });
  },
};
