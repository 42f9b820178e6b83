import assert from "node:assert/strict";
import type { Cache, ComputeContext } from "@cullet/core";
import type { Chapter } from "../chapter.js";
import { rejects, sorted } from "../expect.js";

const CALLS: Readonly<Record<string, (cache: Cache) => Promise<unknown>>> = {
  get: (cache) => cache.get("key"),
  getMany: (cache) => cache.getMany(["key"]),
  set: (cache) => cache.set("key", "value"),
  setMany: (cache) => cache.setMany({ key: "value" }),
  add: (cache) => cache.add("key", "value"),
  getOrSet: (cache) => cache.getOrSet("key", () => "value"),
  touch: (cache) => cache.touch("key"),
  has: (cache) => cache.has("key"),
  incr: (cache) => cache.incr("key"),
  incrVersion: (cache) => cache.incrVersion("key"),
  delete: (cache) => cache.delete("key"),
  deleteMany: (cache) => cache.deleteMany(["key"]),
  clear: (cache) => cache.clear(),
  ttl: (cache) => cache.ttl("key"),
  keys: (cache) => sorted(cache.keys()),
  deletePattern: (cache) => cache.deletePattern("*"),
  ready: (cache) => cache.ready(),
};

/** ready and close. */
export const close: Chapter = {
  title: "ready and close",
  ofAnyBackend: true,
  tests(it) {
    it("ready resolves, more than once", async ({ cache }) => {
      assert.equal(await cache.ready(), undefined);
      assert.equal(await cache.ready(), undefined);
    });

    for (const [call, run] of Object.entries(CALLS)) {
      it(`${call} after close is a ClosedError`, async ({ cache }) => {
        await cache.set("key", 1);
        await cache.close();
        await rejects(run(cache), "CULLET_CLOSED", /closed/);
        await rejects(run(cache.withPrefix("app")), "CULLET_CLOSED", /closed/);
      });
    }

    it("close can be called again, and by several at once", async ({ cache }) => {
      await Promise.all([cache.close(), cache.close()]);
      assert.equal(await cache.close(), undefined);
    });

    it("close of a cache that was never used is no error", async ({ over }) => {
      const cache = over({});
      await cache.close();
      await rejects(cache.get("key"), "CULLET_CLOSED");
    });

    it("await using closes the cache", async ({ cache }) => {
      await cache[Symbol.asyncDispose]();
      await rejects(cache.get("key"), "CULLET_CLOSED");
    });

    it("close aborts the signal of a function that runs", async ({ cache }) => {
      await new Promise<void>((aborted, failed) => {
        const run = ({ signal }: ComputeContext) => {
          signal.addEventListener("abort", () => aborted());
          setImmediate(() => cache.close().catch(failed));
          return new Promise<never>(() => {});
        };
        cache.getOrSet("key", run).catch(() => {});
      });
    });
  },
};
