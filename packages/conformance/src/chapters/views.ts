import assert from "node:assert/strict";
import type { Chapter } from "../chapter.js";
import { rejects, rejectsArgument, sorted, wrongly } from "../expect.js";

/** withVersion and withPrefix. */
export const views: Chapter = {
  title: "withVersion and withPrefix",
  tests(it) {
    it("withVersion is a view of the same entries at another version", async ({ cache }) => {
      const second = cache.withVersion(2);
      await second.set("key", "at 2");
      assert.equal(await cache.get("key"), undefined);
      assert.equal(await cache.get("key", undefined, { version: 2 }), "at 2");
      assert.equal(await second.get("key", undefined, { version: 1 }), undefined);
      assert.equal(await second.withVersion(1).getOrSet("key", () => "at 1"), "at 1");
      assert.equal(await cache.get("key"), "at 1");
    });

    it("withPrefix puts keys below the prefix of the cache, and nests", async ({ backend, over }) => {
      const users = over({ keyPrefix: "app" }).withPrefix("users");
      await users.set("key", "a user");
      assert.equal(await backend.has("app:users:1:key"), true);
      await users.withPrefix("admins").withVersion(4).set("key", "an admin");
      assert.equal(await backend.has("app:users:admins:4:key"), true);
      assert.equal(await users.get("key"), "a user");
    });

    it("withPrefix of a cache without one begins with that prefix", async ({ cache, over }) => {
      await cache.withPrefix("app").set("key", "value");
      assert.equal(await over({ keyPrefix: "app" }).get("key"), "value");
      assert.equal(await cache.get("key"), undefined);
    });

    it("clearing a view clears what is under it, and nothing above or beside", async ({ over, features }) => {
      const app = over({ keyPrefix: "app" });
      const [users, pages, users2] = [
        app.withPrefix("users"),
        app.withPrefix("pages"),
        app.withPrefix("users2"),
      ];
      const all = [app, users, users.withPrefix("admins"), users.withVersion(2), pages, users2];
      for (const view of all) await view.set("key", "value");
      await users.clear();
      for (const view of all.slice(1, 4)) assert.equal(await view.has("key"), false);
      if (!features.clearsPrefix) return;
      for (const view of [app, pages, users2]) assert.equal(await view.has("key"), true);
      await app.clear();
      for (const view of all) assert.equal(await view.has("key"), false);
    });

    it("keys of a view are its own", async ({ over, features }) => {
      if (!features.lists) return rejects(sorted(over({ keyPrefix: "app" }).keys()), "CULLET_UNSUPPORTED");
      const app = over({ keyPrefix: "app" });
      await app.set("above", 1);
      await app.withPrefix("users").set("below", 1);
      assert.deepEqual(await sorted(app.withPrefix("users").keys()), ["below"]);
      assert.deepEqual(await sorted(app.keys()), ["above"]);
    });

    it("a view has the default timeout and the counts of its cache", async ({ over }) => {
      const cache = over({ timeout: null });
      await cache.withPrefix("users").withVersion(2).set("key", "value");
      assert.equal(await cache.withPrefix("users").ttl("key", { version: 2 }), null);
      assert.equal(cache.stats().sets, 1);
    });

    it("what is no version or prefix is refused", async ({ cache }) => {
      const make = async (view: () => unknown) => view();
      for (const version of [1.5, Number.NaN, "1", null]) {
        await rejectsArgument(
          make(() => cache.withVersion(wrongly(version))),
          /version/,
        );
      }
      for (const prefix of ["", "a\0", 1]) {
        await rejects(
          make(() => cache.withPrefix(wrongly(prefix))),
          "CULLET_INVALID_KEY",
          /prefix/,
        );
      }
      await rejectsArgument(cache.get("key", undefined, { version: 1.5 }), /version/);
    });
  },
};
