import { describe, expect, it } from "vitest";
import { SerializationError } from "../../src/errors.js";
import { createCodec } from "../../src/values/create-codec.js";
import type { Serializer } from "../../src/values/serializer.js";
import { UNDECODABLE } from "../../src/values/undecodable.js";
import { copying, counting, payloadExpiry, referring, storeExpiry, thenable } from "./samples.js";

const bareJson = createCodec(storeExpiry, "json");
const sealedJson = createCodec(payloadExpiry, "json");
const structured = createCodec(storeExpiry, "structured");

describe("json", () => {
  it("is bare text where the store keeps the expiry", () => {
    expect(String(bareJson.encode("k", { a: ["\u00e9", 1.5] }, 5))).toBe('{"a":["\u00e9",1.5]}');
    expect(String(bareJson.encode("k", 42, 5))).toBe("42");
    expect(createCodec(counting, "json").encode("k", 42, 5)).toBe(42);
    expect(createCodec(counting, "json").decode("k", 42)).toBe(42);
  });

  it("reads what others wrote", () => {
    expect(bareJson.decode("k", Buffer.from(' { "a" : 1e3 } '))).toEqual({ a: 1000 });
    expect(bareJson.decode("another key", Buffer.from("null"))).toBeNull();
  });

  it.each(["{", "", "undefined", "007", "NaN", "[".repeat(1e5), `${"[".repeat(1001)}${"]".repeat(1001)}`])(
    "does not decode %.20s",
    (text) => expect(bareJson.decode("k", Buffer.from(text))).toBe(UNDECODABLE),
  );

  it("does not decode what is no UTF-8, or no bytes", () => {
    expect(bareJson.decode("k", Buffer.from([0x22, 0xff, 0x22]))).toBe(UNDECODABLE);
    expect(bareJson.decode("k", { a: 1 })).toBe(UNDECODABLE);
    expect(bareJson.decode("k", structured.encode("k", "text", null))).toBe(UNDECODABLE);
  });

  it("has its expiry in an envelope where the store does not tell it", () => {
    expect(sealedJson.decode("k", sealedJson.encode("k", { a: 1 }, 60_000))).toEqual({ a: 1 });
    expect(sealedJson.decode("k", sealedJson.encode("k", 42, 60_000))).toBe(42);
    expect(sealedJson.decode("k", sealedJson.encode("k", { a: 1 }, -1))).toBeUndefined();
    expect(sealedJson.decode("other", sealedJson.encode("k", { a: 1 }, null))).toBe(UNDECODABLE);
    expect(sealedJson.decode("k", structured.encode("k", 5n, null))).toBe(UNDECODABLE);
  });

  it("loses what JSON loses", () => {
    const value = {
      date: new Date(0),
      not: Number.NaN,
      gone: undefined,
      map: new Map([[1, 2]]),
      list: [undefined, -0],
    };
    expect(bareJson.decode("k", bareJson.encode("k", value, null))).toEqual({
      date: "1970-01-01T00:00:00.000Z",
      not: null,
      map: {},
      list: [null, 0],
    });
  });

  const circular: Record<string, unknown> = { a: { b: [1] } };
  circular.a = { b: [{}, circular] };

  it.each([
    [undefined, "value is undefined in JSON, which cannot be kept"],
    [() => {}, "value is a function, which JSON cannot keep"],
    [{ a: 1, b: [{ x: {} }, { c() {} }] }, "value.b[1].c is a function, which JSON cannot keep"],
    [
      { a: new Date(0), b: { c: {}, "d e": Symbol("s") } },
      'value.b["d e"] is a symbol, which JSON cannot keep',
    ],
    [[1, [{}, 5n]], "value[1][1] is a bigint, which JSON cannot keep"],
    [{ toJSON: () => ({ a: 5n }) }, "value.a is a bigint, which JSON cannot keep"],
    [circular, "value.a.b[1] cannot be written as JSON"],
  ])("refuses %s with the path to it", (value, message) => {
    for (const codec of [bareJson, sealedJson]) {
      expect(() => codec.encode("k", value, null)).toThrow(new SerializationError(message));
    }
  });

  it("refuses what is nested too deep", () => {
    let value: unknown = new Date(0);
    for (let level = 0; level < 1001; level++) value = { a: value };
    expect(() => bareJson.encode("k", value, null)).toThrow(
      /^value(\.a){1000} is nested deeper than 1000 levels$/,
    );
  });
});

describe("a serializer of the user's own", () => {
  const lisp: Serializer = {
    serialize(value) {
      if (!Array.isArray(value)) throw new TypeError("lists only");
      return `(${value.join(" ")})`;
    },
    deserialize(bytes) {
      const text = Buffer.from(bytes).toString();
      if (!text.startsWith("(")) throw new TypeError("no list");
      return text.slice(1, -1).split(" ");
    },
  };

  it.each([storeExpiry, payloadExpiry, counting, copying])(
    "has its bytes in an envelope (%#)",
    (features) => {
      const codec = createCodec(features, lisp);
      const payload = codec.encode("k", ["a", "b"], 60_000);
      expect(String(payload)).toContain("(a b)");
      expect(codec.decode("k", payload)).toEqual(["a", "b"]);
      expect(codec.decode("other", payload)).toBe(UNDECODABLE);
      expect(structured.decode("k", payload)).toBe(UNDECODABLE);
      expect(codec.decode("k", structured.encode("k", ["a"], null))).toBe(UNDECODABLE);
      expect(codec.decode("k", codec.encode("k", 42, 60_000))).toBe(42);
    },
  );

  it("may refuse, which is the cause of the error", () => {
    const encode = () => createCodec(storeExpiry, lisp).encode("k", "text", null);
    expect(encode).toThrow(new SerializationError("value was refused by the serializer"));
    expect(encode).toThrow(expect.objectContaining({ cause: new TypeError("lists only") }));
  });

  it.each([undefined, null, 5, {}, Promise.resolve("late")])("must give bytes or text, not %s", (made) => {
    const codec = createCodec(storeExpiry, { ...lisp, serialize: () => made as never });
    expect(() => codec.encode("k", "text", null)).toThrow("value was serialized to neither bytes nor text");
  });

  it("may find nothing, which is undecodable", () => {
    for (const read of [undefined, Promise.resolve("late")]) {
      const codec = createCodec(storeExpiry, { serialize: () => "", deserialize: () => read });
      expect(codec.decode("k", codec.encode("k", "text", null))).toBe(UNDECODABLE);
    }
    const failing = createCodec(storeExpiry, { ...lisp, serialize: () => "no" });
    expect(failing.decode("k", failing.encode("k", [], null))).toBe(UNDECODABLE);
  });

  it("may keep null, and the bytes that it is given", () => {
    const codec = createCodec(storeExpiry, {
      serialize: () => new Uint8Array([1, 2]),
      deserialize: (bytes) => bytes,
    });
    const payload = codec.encode("k", "text", null);
    (codec.decode("k", payload) as Uint8Array).fill(0);
    expect([...(codec.decode("k", payload) as Uint8Array)]).toEqual([1, 2]);
    const nothing = createCodec(storeExpiry, { serialize: () => "", deserialize: () => null });
    expect(nothing.decode("k", nothing.encode("k", "text", null))).toBeNull();
  });
});

describe("references", () => {
  const codec = createCodec(referring, "structured");

  it("are the very value", () => {
    for (const value of [{}, () => 1, new (class Session {})(), Symbol("s"), null, -0, "text"]) {
      expect(codec.decode("k", codec.encode("k", value, 5))).toBe(value);
    }
  });

  it("cannot be kept of what the cache would wait for", () => {
    const message = "value is a promise, or has a then() like one, which cannot be kept";
    for (const value of [Promise.resolve(1), thenable, Object.assign(() => 1, thenable)]) {
      expect(() => codec.encode("k", value, null)).toThrow(new SerializationError(message));
    }
    expect(() => codec.encode("k", undefined, null)).toThrow("value is undefined, which cannot be kept");
  });

  it("are not the copies of another cache", () => {
    expect(codec.decode("k", createCodec(copying, "structured").encode("k", {}, null))).toBe(UNDECODABLE);
  });
});
