import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { baseFeatures } from "@cullet/core";
import type { Chapter } from "../chapter.js";
import { rejects, sorted } from "../expect.js";

/** How long a store may take to tell of a change. */
const TOLD_MS = 1_500;
const ALL_BYTES = Uint8Array.from({ length: 512 }, (_, index) => index % 256);
const TEXTS_THAT_LOOK_LIKE_PATTERNS = [
  "a%:",
  "a_:",
  "a*:",
  "a?:",
  "[ab]:",
  "a\\:",
  "A:",
  "é:",
  "a.:",
  "'a:",
  "$a:",
];
const NEIGHBOURS_OF_THOSE = ["ab:", "aa:", "a:", "b:", "e:", "abc:", "a1:"];

/** The backend's own methods, where the claim is theirs. */
export const backendInterface: Chapter = {
  title: "the backend interface",
  tests(it) {
    it("features answers every question", async ({ features }) => {
      for (const [name, answer] of Object.entries(baseFeatures)) {
        assert.equal(typeof features[name as keyof typeof features], typeof answer, `features.${name}`);
      }
      assert.ok(["store", "payload"].includes(features.expiry), "features.expiry");
      assert.ok(["bytes", "copies", "references"].includes(features.payloads), "features.payloads");
    });

    it("create gives an empty backend each time", async ({ backend, features }) => {
      assert.equal(await backend.get("key"), undefined);
      if (features.lists) assert.deepEqual(await sorted(backend.keys("")), []);
      await backend.set("key", ALL_BYTES, null);
    });

    it("create gives an empty backend after another was filled", async ({ backend }) => {
      assert.equal(await backend.get("key"), undefined);
    });

    it("a payload comes back byte for byte", async ({ backend }) => {
      await backend.set("key", ALL_BYTES, null);
      assertBytes(await backend.get("key"), ALL_BYTES);
    });

    it("a payload of 200 kB comes back whole", async ({ backend }) => {
      const large = Uint8Array.from({ length: 200_000 }, (_, index) => (index * 7) % 251);
      await backend.set("key", large, null);
      assertBytes(await backend.get("key"), large);
    });

    it("a shorter payload leaves nothing of the longer one before it", async ({ backend }) => {
      await backend.set("key", ALL_BYTES, null);
      await backend.set("key", Uint8Array.of(1, 2, 3), null);
      assertBytes(await backend.get("key"), Uint8Array.of(1, 2, 3));
    });

    it("a payload that was read stays as it is when another is read", async ({ backend }) => {
      await backend.set("a", Uint8Array.of(1, 1, 1), null);
      await backend.set("b", Uint8Array.of(2, 2, 2), null);
      const first = await backend.get("a");
      await backend.get("b");
      assertBytes(first, Uint8Array.of(1, 1, 1));
    });

    it("an integer is counted with by the store, or handed to it as bytes", async ({
      backend,
      cache,
      features,
    }) => {
      if (features.counters) {
        await backend.set("key", 41, null);
        assert.equal(await backend.incr("key", 1), 42);
        assert.equal(Number(await backend.get("key")), 42);
      } else if (features.payloads === "bytes") {
        await cache.set("key", 41);
        assert.ok((await backend.get(":1:key")) instanceof Uint8Array);
      }
    });

    it("has says whether an entry is there", async ({ backend }) => {
      assert.equal(await backend.has("key"), false);
      await backend.set("key", ALL_BYTES, null);
      assert.equal(await backend.has("key"), true);
    });

    it("delete says whether an entry went", async ({ backend }) => {
      await backend.set("key", ALL_BYTES, null);
      assert.equal(await backend.delete("key"), true);
      assert.equal(await backend.delete("key"), false);
      assert.equal(await backend.get("key"), undefined);
    });

    it("clear takes the keys that begin with the prefix, and no others", async ({ backend, features }) => {
      const own = ["app:1:a", "app:2:a", "app:users:1:a"];
      const others = [":1:a", "app2:1:a", "ap:1:a", "application:1:a", "my:app:1:a"];
      for (const key of [...own, ...others]) await backend.set(key, ALL_BYTES, null);
      await backend.clear("app:");
      for (const key of own) assert.equal(await backend.get(key), undefined, `${key} should be gone`);
      if (!features.clearsPrefix) return;
      for (const key of others) assertBytes(await backend.get(key), ALL_BYTES, `${key} is another's`);
    });

    it("the prefix given to clear is text, not a pattern", async ({ backend, features }) => {
      for (const prefix of NEIGHBOURS_OF_THOSE) await backend.set(`${prefix}1:key`, ALL_BYTES, null);
      for (const prefix of TEXTS_THAT_LOOK_LIKE_PATTERNS) {
        await backend.set(`${prefix}1:key`, ALL_BYTES, null);
        await backend.clear(prefix);
        assert.equal(
          await backend.get(`${prefix}1:key`),
          undefined,
          `clear("${prefix}") should take its own`,
        );
      }
      if (!features.clearsPrefix) return;
      for (const prefix of NEIGHBOURS_OF_THOSE)
        assertBytes(await backend.get(`${prefix}1:key`), ALL_BYTES, prefix);
    });

    it('clear("") empties the store', async ({ backend }) => {
      for (const key of [":1:a", "app:1:a", "anything"]) await backend.set(key, ALL_BYTES, null);
      await backend.clear("");
      assert.deepEqual(await backend.getMany([":1:a", "app:1:a", "anything"]), new Map());
    });

    it("the many-calls take hundreds of keys", async ({ backend }) => {
      const keys = Array.from({ length: 250 }, (_, index) => `key-${index}`);
      assert.deepEqual(await backend.setMany(new Map(keys.map((key) => [key, Buffer.from(key)])), null), []);
      const found = await backend.getMany(keys);
      assert.equal(found.size, 250);
      for (const key of keys) assertBytes(found.get(key), Buffer.from(key), key);
      assert.equal(await backend.deleteMany(keys), 250);
      assert.equal((await backend.getMany(keys)).size, 0);
    });

    it("the many-calls take no keys at all", async ({ backend }) => {
      assert.deepEqual(await backend.setMany(new Map(), null), []);
      assert.deepEqual(await backend.getMany([]), new Map());
      assert.equal(await backend.deleteMany([]), 0);
    });

    it("ttl is in milliseconds, null for never", async ({ backend, cache }) => {
      await cache.set("minute", "value", 60);
      const left = (await backend.ttl(":1:minute")) as number;
      assert.ok(left > 30_000 && left <= 60_000, `a minute has ${left} ms left`);
      await cache.set("never", "value", null);
      assert.equal(await backend.ttl(":1:never"), null);
      assert.equal(await backend.ttl(":1:missing"), undefined);
    });

    it("peek and peekEach find what get does", async ({ backend }) => {
      await backend.set("key", ALL_BYTES, null);
      assertBytes(await backend.peek("key"), ALL_BYTES);
      assert.equal(await backend.peek("missing"), undefined);
      const [found, missing] = await backend.peekEach(["key", "missing"]);
      assertBytes(found, ALL_BYTES);
      assert.equal(missing, undefined);
    });

    it("getCopies tells what is left of each entry, as far as that is known", async ({ cache, backend }) => {
      await cache.set("minute", "value", 60);
      await cache.set("never", "value", null);
      const [minute, missing, never] = await backend.getCopies([":1:minute", ":1:missing", ":1:never"]);
      const left = minute?.ttlMs as number;
      assert.ok(left > 30_000 && left <= 60_000, `a minute has ${left} ms left`);
      assert.deepEqual(minute?.payload, await backend.get(":1:minute"));
      assert.equal(missing, undefined);
      assert.equal(never?.ttlMs, null);
    });

    it("watch tells of what is written and dropped under the prefix, where the store tells", async ({
      backend,
    }) => {
      const told: string[] = [];
      const note = (word: string) => () => void told.push(word);
      const stop = backend.watch("app:", {
        listening: note("listening"),
        deaf: note("deaf"),
        changed: (keys) => void told.push(...keys),
      });
      if (stop === undefined) return;
      await isTold(told, "listening");
      await backend.set("app:a", ALL_BYTES, null);
      await isTold(told, "app:a");
      told.length = 0;
      await backend.deleteMany(["app:a"]);
      await isTold(told, "app:a");
      stop();
      stop();
    });

    it("keys lists what begins with the prefix, where features.lists says so", async ({
      backend,
      features,
    }) => {
      for (const key of ["app:1:a", "app:1:b", "app2:1:c", "b:1:app:"])
        await backend.set(key, ALL_BYTES, null);
      const list = async () => sorted(backend.keys("app:"));
      if (features.lists) assert.deepEqual(await list(), ["app:1:a", "app:1:b"]);
      else await rejects(list(), "CULLET_UNSUPPORTED");
    });

    it("connect and close can be called again", async ({ backend }) => {
      await backend.connect();
      await backend.connect();
      await backend.close();
      await backend.close();
    });
  },
};

/** Waits until `word` was told, for a while. */
async function isTold(told: readonly string[], word: string): Promise<void> {
  for (let waited = 0; waited < TOLD_MS && !told.includes(word); waited += 10) await sleep(10);
  assert.ok(told.includes(word), `watch should tell ${word}; it told ${told.join(", ") || "nothing"}`);
}

function assertBytes(payload: unknown, wanted: Uint8Array, about = "the payload"): void {
  assert.ok(payload instanceof Uint8Array, `${about}: bytes were stored, and not found`);
  assert.ok(Buffer.from(wanted).equals(payload), `${about}: other bytes than were stored`);
}
