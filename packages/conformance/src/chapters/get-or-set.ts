import assert from "node:assert/strict";
import type { Chapter } from "../chapter.js";
import { atOnce, rejects } from "../expect.js";

/** A function for getOrSet that waits until it is told to go on, and says when it began. */
function gated<T>(value: T): { make: () => Promise<T>; began: Promise<void>; goOn: () => void } {
  const began = promiseAndResolve();
  const gate = promiseAndResolve();
  const make = async () => {
    began.resolve();
    await gate.promise;
    return value;
  };
  return { make, began: began.promise, goOn: gate.resolve };
}

function promiseAndResolve(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** getOrSet within one process. */
export const getOrSet: Chapter = {
  title: "getOrSet",
  tests(it) {
    it("a miss stores the value, or what the function makes", async ({ cache }) => {
      assert.equal(await cache.getOrSet("value", "given"), "given");
      assert.equal(await cache.getOrSet("function", () => "made"), "made");
      assert.equal(await cache.getOrSet("promise", async () => "awaited"), "awaited");
      const stored = await cache.getMany(["value", "function", "promise"]);
      assert.deepEqual([...stored.values()], ["given", "made", "awaited"]);
    });

    it("a hit is returned, and no function runs", async ({ cache }) => {
      await cache.set("key", "old");
      const fail = () => assert.fail("the function must not run");
      assert.equal(await cache.getOrSet("key", fail), "old");
      assert.equal(await cache.getOrSet("key", "other"), "old");
    });

    it("a null that the function makes is stored", async ({ cache }) => {
      assert.equal(await cache.getOrSet("key", () => null), null);
      assert.equal(await cache.getOrSet("key", () => "other"), null);
    });

    it("1,000 callers at once run the function once", async ({ cache }) => {
      let runs = 0;
      const results = await atOnce(1_000, () => cache.getOrSet("key", async () => `run ${++runs}`));
      assert.equal(runs, 1);
      assert.deepEqual(new Set(results), new Set(["run 1"]));
    });

    it("callers of different keys do not wait for each other", async ({ cache }) => {
      const { make, began, goOn } = gated("slow");
      const slow = cache.getOrSet("slow", make);
      await began;
      assert.equal(await cache.getOrSet("quick", () => "quick"), "quick");
      goOn();
      assert.equal(await slow, "slow");
    });

    it("an error reaches every caller as it was thrown, and nothing is stored", async ({ cache }) => {
      const failure = new Error("no answer");
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, () =>
          cache.getOrSet("key", async () => {
            throw failure;
          }),
        ),
      );
      for (const result of results) assert.equal(result.status === "rejected" && result.reason, failure);
      assert.equal(await cache.has("key"), false);
      assert.equal(await cache.getOrSet("key", () => "made"), "made");
    });

    it("an error thrown at once is no different from a rejection", async ({ cache }) => {
      const failure = new TypeError("thrown at once");
      const call = cache.getOrSet("key", () => {
        throw failure;
      });
      await assert.rejects(call, (error) => error === failure);
      assert.equal(await cache.has("key"), false);
    });

    it("undefined goes to the callers and is not stored", async ({ cache }) => {
      assert.equal(await cache.getOrSet("key", () => undefined), undefined);
      assert.equal(await cache.has("key"), false);
      assert.equal(await cache.getOrSet("key", () => "made"), "made");
    });

    it("skip hands the value to the callers and does not store it", async ({ cache }) => {
      const result = await cache.getOrSet("key", ({ skip }) => {
        skip();
        return "not worth keeping";
      });
      assert.equal(result, "not worth keeping");
      assert.equal(await cache.has("key"), false);
    });

    it("the function gets a signal that is not aborted", async ({ cache }) => {
      await cache.getOrSet("key", ({ signal }) => {
        assert.ok(signal instanceof AbortSignal);
        assert.equal(signal.aborted, false);
        return "made";
      });
    });

    it("a value set while the function runs stands, and is what the callers get", async ({ cache }) => {
      const { make, began, goOn } = gated("made");
      const call = cache.getOrSet("key", make);
      await began;
      await cache.set("key", "theirs");
      goOn();
      assert.equal(await call, "theirs");
      assert.equal(await cache.get("key"), "theirs");
    });

    it("a value that another cache stored while the function ran stands too", async ({ cache, over }) => {
      const { make, began, goOn } = gated("made");
      const call = cache.getOrSet("key", make);
      await began;
      await over({}).set("key", "theirs");
      goOn();
      assert.equal(await call, "theirs");
      assert.equal(await cache.get("key"), "theirs");
    });

    it("after a delete while the function runs its result is not stored", async ({ cache }) => {
      await endsUnstored("delete", () => cache.delete("key"));
      await endsUnstored("deleteMany", () => cache.deleteMany(["key"]));
      await endsUnstored("set with zero", () => cache.set("key", "new", 0));

      async function endsUnstored(call: string, drop: () => Promise<unknown>): Promise<void> {
        const { make, began, goOn } = gated("made");
        const result = cache.getOrSet("key", make);
        await began;
        await drop();
        goOn();
        assert.equal(await result, "made");
        assert.equal(await cache.has("key"), false, call);
      }
    });

    it("after a clear while the function runs its result is not stored", async ({ over }) => {
      const cache = over({ keyPrefix: "app" });
      for (const clear of [() => cache.clear(), () => cache.clear({ all: true })]) {
        const { make, began, goOn } = gated("made");
        const result = cache.getOrSet("key", make);
        await began;
        await clear();
        goOn();
        assert.equal(await result, "made");
        assert.equal(await cache.has("key"), false);
      }
    });

    it("after a delete of another key its result is stored", async ({ cache }) => {
      const { make, began, goOn } = gated("made");
      const result = cache.getOrSet("key", make);
      await began;
      await cache.delete("other");
      goOn();
      assert.equal(await result, "made");
      assert.equal(await cache.get("key"), "made");
    });

    it("a caller who comes after the delete runs a function of its own", async ({ cache }) => {
      const { make, began, goOn } = gated("old");
      const before = cache.getOrSet("key", make);
      await began;
      await cache.delete("key");
      assert.equal(await cache.getOrSet("key", () => "new"), "new");
      goOn();
      await before;
      assert.equal(await cache.get("key"), "new");
    });

    it("the same key at another version or prefix is another function's", async ({ cache }) => {
      const results = await Promise.all([
        cache.getOrSet("key", async () => "at 1"),
        cache.getOrSet("key", async () => "at 2", { version: 2 }),
        cache.withPrefix("users").getOrSet("key", async () => "of users"),
      ]);
      assert.deepEqual(results, ["at 1", "at 2", "of users"]);
    });

    it("a delete by the function itself keeps its result from being stored", async ({ cache }) => {
      const result = await cache.getOrSet("key", async () => {
        await cache.delete("key");
        return "made";
      });
      assert.equal(result, "made");
      assert.equal(await cache.has("key"), false);
    });

    it("a function may use the cache, but not wait for itself", async ({ cache }) => {
      const result = await cache.getOrSet("outer", async () => {
        await rejects(
          cache.getOrSet("outer", () => "itself"),
          "CULLET_UNSUPPORTED",
          /outer/,
        );
        return `around ${await cache.getOrSet("inner", () => "inner")}`;
      });
      assert.equal(result, "around inner");
    });
  },
};
