import assert from "node:assert/strict";
import fc from "fast-check";
import type { Chapter, Declare } from "../chapter.js";
import { holds } from "../property.js";
import type { Subject } from "../subject.js";

const FOREIGN: Readonly<Record<string, Uint8Array>> = {
  text: Buffer.from("hello, world!"),
  JSON: Buffer.from('{"a": 1}'),
  "a pickle": Buffer.from("\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00\x8c\x01a\x94.", "latin1"),
  "zero bytes": new Uint8Array(64),
  "one byte": Uint8Array.of(0xff),
};

/** That bytes which are not what this cache stored under this key are a miss. */
export const undecodable: Chapter = {
  title: "undecodable bytes",
  tests(declare) {
    const it = whereBytesAreStored(declare);

    for (const [kind, bytes] of Object.entries(FOREIGN)) {
      it(`${kind} in the store is a miss, and counted`, async ({ backend, cache }) => {
        await backend.set(":1:key", bytes, null);
        assert.equal(await cache.get("key", "default"), "default");
        assert.deepEqual(await cache.getMany(["key"]), new Map());
        assert.equal(cache.stats().undecodable, 2);
        assert.equal(cache.stats().errors, 0);
      });
    }

    it("any bytes that are not digits are a miss", async ({ backend, cache }) => {
      await holds(fc.uint8Array({ minLength: 1, maxLength: 64 }).filter(isNoNumber), 50, async (bytes) => {
        await backend.set(":1:key", bytes, null);
        assert.equal(await cache.get("key"), undefined);
      });
    });

    it("a payload with any one byte changed is a miss", async ({ backend, cache }) => {
      await cache.set("key", { name: "a value", list: [1, 2, 3] }, null);
      const whole = await bytesAt(backend, ":1:key");
      for (let at = 0; at < whole.length; at += 1) {
        const damaged = Uint8Array.from(whole);
        damaged[at] = (damaged[at] as number) ^ 0x41;
        await backend.set(":1:key", damaged, null);
        assert.equal(await cache.get("key"), undefined, `byte ${at} of ${whole.length} was changed`);
      }
    });

    it("a payload that was cut short or ran on is a miss", async ({ backend, cache }) => {
      await cache.set("key", "a value of some length", null);
      const whole = await bytesAt(backend, ":1:key");
      for (const length of [1, whole.length >> 1, whole.length - 1]) {
        await backend.set(":1:key", whole.subarray(0, length), null);
        assert.equal(await cache.get("key"), undefined, `${length} of ${whole.length} bytes`);
      }
      await backend.set(":1:key", Buffer.concat([whole, Uint8Array.of(0)]), null);
      assert.equal(await cache.get("key"), undefined, "one byte more");
    });

    it("a payload that belongs to another key, version or prefix is a miss", async ({
      backend,
      cache,
      over,
    }) => {
      await cache.set("mine", { secret: "of mine" }, null);
      const mine = await bytesAt(backend, ":1:mine");
      for (const stored of [":1:theirs", ":2:mine", "app:1:mine"]) await backend.set(stored, mine, null);
      assert.equal(await cache.get("theirs"), undefined);
      assert.equal(await cache.get("mine", undefined, { version: 2 }), undefined);
      assert.equal(await over({ keyPrefix: "app" }).get("mine"), undefined);
      assert.deepEqual(await cache.get("mine"), { secret: "of mine" });
    });

    it("set and getOrSet store over what cannot be read", async ({ backend, cache }) => {
      for (const key of ["set", "getOrSet"]) await backend.set(`:1:${key}`, Uint8Array.of(1, 2, 3), null);
      await cache.set("set", "new");
      assert.equal(await cache.getOrSet("getOrSet", () => "new"), "new");
      assert.deepEqual([...(await cache.getMany(["set", "getOrSet"])).values()], ["new", "new"]);
    });

    it("one bad entry does not keep getMany from the others", async ({ backend, cache }) => {
      await cache.setMany({ a: 1, b: "2", c: 3 });
      await backend.set(":1:b", Uint8Array.of(1, 2, 3), null);
      assert.deepEqual(
        await cache.getMany(["a", "b", "c"]),
        new Map([
          ["a", 1],
          ["c", 3],
        ]),
      );
    });

    it("what cannot be read can be deleted and cleared", async ({ backend, cache }) => {
      await backend.set(":1:key", Uint8Array.of(1, 2, 3), null);
      await cache.delete("key");
      assert.equal(await backend.has(":1:key"), false);
      await backend.set(":1:key", Uint8Array.of(1, 2, 3), null);
      await cache.clear();
      assert.equal(await backend.has(":1:key"), false);
    });
  },
};

/** Declares tests of stores that hold bytes. What a process holds in its memory is a value, and stays one. */
function whereBytesAreStored(declare: Declare): Declare {
  return (name, body) =>
    declare(name, async (subject: Subject) => {
      if (subject.features.payloads === "bytes") return body(subject);
      await subject.cache.set("key", { a: 1 });
      assert.deepEqual(await subject.cache.get("key"), { a: 1 });
      assert.equal(subject.cache.stats().undecodable, 0);
    });
}

// Digits are a counter, whoever wrote them.
function isNoNumber(bytes: Uint8Array): boolean {
  return !/^-?\d+$/.test(Buffer.from(bytes).toString("latin1"));
}

async function bytesAt(backend: Subject["backend"], stored: string): Promise<Uint8Array> {
  const payload = await backend.get(stored);
  assert.ok(payload instanceof Uint8Array, `bytes should be at "${stored}"`);
  return Uint8Array.from(payload);
}
