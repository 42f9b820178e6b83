import assert from "node:assert/strict";
import type { Cache } from "@cullet/core";
import type { Chapter } from "../chapter.js";
import { rejects } from "../expect.js";
import { assertSample, SAMPLE_VALUES } from "./sample-values.js";

class Account {
  readonly owner = "somebody";
}

/** What no cache keeps, at the path `user.secret`. */
const NOT_DATA: Readonly<Record<string, unknown>> = {
  "a function": () => "hunter2",
  "a symbol": Symbol("hunter2"),
  "a class instance": new Account(),
  "a Promise": Promise.resolve("hunter2"),
  "a WeakMap": new WeakMap(),
};

interface Profile {
  name: string;
  tags: string[];
  visits: Map<string, number>;
  seen: Date;
  bytes: Uint8Array;
  buffer: Buffer;
}

function newProfile(): Profile {
  return {
    name: "first",
    tags: ["a"],
    visits: new Map([["home", 1]]),
    seen: new Date(0),
    bytes: Uint8Array.of(1, 2, 3),
    buffer: Buffer.from("bytes"),
  };
}

function change(profile: Profile): void {
  profile.name = "changed";
  profile.tags.push("changed");
  profile.visits.set("changed", 1);
  profile.seen.setTime(1);
  profile.bytes.fill(9);
  profile.buffer.fill(9);
}

/** Ways for a value in and out; the value that each returns was got from the cache. */
const ROUND_TRIPS: Readonly<Record<string, (cache: Cache, value: unknown) => Promise<unknown>>> = {
  "set and get": async (cache, value) => {
    await cache.set("key", value);
    return cache.get("key");
  },
  "setMany and getMany": async (cache, value) => {
    await cache.setMany({ key: value });
    return (await cache.getMany(["key"])).get("key");
  },
  "add and get": async (cache, value) => {
    await cache.add("key", value);
    return cache.get("key");
  },
  getOrSet: (cache, value) => cache.getOrSet("key", () => value),
};

/** That values come back equal and of the same type, apart from those of everybody else. */
export const values: Chapter = {
  title: "values",
  tests(it) {
    for (const sample of SAMPLE_VALUES) {
      it(`${sample.name} comes back equal and of the same type`, async ({ cache }) => {
        for (const roundTrip of Object.values(ROUND_TRIPS)) {
          assertSample(await roundTrip(cache, sample.make()), sample);
          assertSample(await cache.get("key"), sample);
          await cache.delete("key");
        }
      });
    }

    for (const [calls, roundTrip] of Object.entries(ROUND_TRIPS)) {
      it(`changing what was given to or got from ${calls} does not change the cache`, async ({
        cache,
        features,
      }) => {
        const given = newProfile();
        const got = (await roundTrip(cache, given)) as Profile;
        if (features.payloads === "references") {
          assert.equal(got, given, "the very value is handed out");
          return;
        }
        assert.deepEqual(got, newProfile());
        change(given);
        assert.deepEqual(await cache.get("key"), newProfile());
        change(got);
        assert.deepEqual(await cache.get("key"), newProfile());
      });
    }

    it("a Buffer or typed array on its own is kept apart from the caller's", async ({ cache, features }) => {
      if (features.payloads === "references") return;
      for (const make of [
        () => Buffer.from("bytes"),
        () => Uint8Array.of(1, 2, 3),
        () => Float64Array.of(1, 2),
      ]) {
        const given = make();
        await cache.set("key", given);
        given.fill(9);
        const got = (await cache.get("key")) as typeof given;
        assert.deepEqual(got, make());
        got.fill(9);
        assert.deepEqual(await cache.get("key"), make());
      }
    });

    it("two callers of getOrSet who waited together get values of their own", async ({ cache, features }) => {
      const [first, second] = await Promise.all([
        cache.getOrSet("key", newProfile),
        cache.getOrSet("key", newProfile),
      ]);
      if (features.payloads === "references") return;
      change(first);
      assert.deepEqual(second, newProfile());
      assert.deepEqual(await cache.get("key"), newProfile());
    });

    for (const [kind, secret] of Object.entries(NOT_DATA)) {
      it(`${kind} is a SerializationError with the path to it, and nothing is stored`, async ({
        cache,
        features,
      }) => {
        const value = { user: { name: "somebody", secret } };
        if (features.payloads === "references") {
          await cache.set("key", value);
          assert.equal(await cache.get("key"), value);
          return;
        }
        await cache.set("key", "old");
        const path = /user.*secret/;
        await rejects(cache.set("key", value), "CULLET_SERIALIZATION", path);
        await rejects(cache.setMany({ other: 1, key: value }), "CULLET_SERIALIZATION", path);
        await rejects(cache.add("other", value), "CULLET_SERIALIZATION", path);
        await rejects(
          cache.getOrSet("other", () => value),
          "CULLET_SERIALIZATION",
          path,
        );
        assert.equal(await cache.get("key"), "old");
        assert.equal(await cache.has("other"), false);
      });
    }

    it("the message of a SerializationError holds no value", async ({ cache, features }) => {
      if (features.payloads === "references") return;
      await assert.rejects(
        cache.set("key", { password: "hunter2", callback: () => "hunter2" }),
        (error: Error) => {
          assert.doesNotMatch(`${error.message}${error.stack}`, /hunter2(?!")/);
          return true;
        },
      );
    });
  },
};
