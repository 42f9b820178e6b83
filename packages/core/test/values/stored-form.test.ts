import { crc32 } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SerializationError } from "../../src/errors.js";
import { createCodec } from "../../src/values/create-codec.js";
import { openInteger, payloadTtlMs, sealInteger, withTtlMs } from "../../src/values/envelope.js";
import { UNDECODABLE } from "../../src/values/undecodable.js";
import { copying, counting, payloadExpiry, storeExpiry } from "./samples.js";

const inStore = createCodec(storeExpiry, "structured");
const inPayload = createCodec(payloadExpiry, "structured");
const counted = createCodec(counting, "structured");
const copies = createCodec(copying, "structured");

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("integers", () => {
  it("are numbers for a store that counts, else their digits", () => {
    expect(counted.encode("k", -42, 5)).toBe(-42);
    expect(Buffer.from(inStore.encode("k", -42, 5) as Uint8Array).toString()).toBe("-42");
  });

  it.each([0, 7, -7, 42, 2 ** 53 - 1, 1 - 2 ** 53])(
    "%d is read from its digits, and as a number",
    (integer) => {
      for (const codec of [inStore, inPayload, counted]) {
        expect(codec.decode("k", bytes(String(integer)))).toBe(integer);
        expect(codec.decode("k", integer)).toBe(integer);
      }
    },
  );

  it.each([
    "",
    "007",
    "+1",
    "-0",
    "1e3",
    "1.0",
    " 1",
    "1 ",
    "0x10",
    "-",
    "9007199254740992",
    "1".repeat(400),
    "abc",
  ])("%j is none", (text) => {
    expect(inStore.decode("k", bytes(text))).toBe(UNDECODABLE);
    expect(openInteger("k", bytes(text))).toBeUndefined();
  });

  it.each([-0, 0.5, Number.NaN, 2 ** 53, "5", null, undefined, {}, [1]])("%s is no payload", (payload) => {
    expect(inStore.decode("k", payload)).toBe(UNDECODABLE);
    expect(openInteger("k", payload)).toBeUndefined();
  });
});

describe("the envelope", () => {
  it("is what the documentation says, byte by byte", () => {
    const payload = Buffer.from(inPayload.encode("app:1:key", "hello", 500) as Uint8Array);
    const expiry = Buffer.alloc(8);
    expiry.writeDoubleLE(1_000_500);
    const head = Buffer.concat([Buffer.from([0xc1, 1, 1, 2]), expiry, Buffer.from("hello")]);
    expect(payload.subarray(0, -4).toString("hex")).toBe(head.toString("hex"));
    expect(payload.readUInt32LE(payload.length - 4)).toBe(
      crc32(Buffer.concat([Buffer.from("app:1:key"), head])),
    );
  });

  it("takes eight bytes beside a string, and sixteen with its expiry", () => {
    expect(inStore.encode("k", "hello", 5)).toHaveLength(8 + 5);
    expect(inPayload.encode("k", "hello", null)).toHaveLength(8 + 5);
    expect(inPayload.encode("k", "hello", 5)).toHaveLength(16 + 5);
  });

  it("does not blow bytes up, neither alone nor inside", () => {
    const value = Buffer.alloc(10_000, 0xff);
    expect(inStore.encode("k", value, null)).toHaveLength(10_009);
    expect((inStore.encode("k", { a: 1, value }, null) as Uint8Array).length).toBeLessThan(10_060);
  });

  it("holds plain values as readable text", () => {
    expect(String(inStore.encode("k", { user: ["Ann", 5] }, null))).toContain('{"user":["Ann",5]}');
    expect(String(inStore.encode("k", "caf\u00e9", null))).toContain("caf\u00e9");
  });

  it.each([
    [2, 0x02],
    [2, 0x80],
    [1, 2],
    [3, 0],
    [3, 200],
  ])("is refused with byte %d as %d", (at, byte) => {
    const payload = Buffer.from(inStore.encode("k", "hello", null) as Uint8Array);
    payload[at] = byte;
    payload.writeUInt32LE(crc32(payload.subarray(0, -4), crc32("k")), payload.length - 4);
    expect(inStore.decode("k", payload)).toBe(UNDECODABLE);
  });

  it("is read from a Uint8Array as from a Buffer, wherever it lies in its memory", () => {
    const payload = inStore.encode("k", { a: "b" }, null) as Uint8Array;
    const moved = new Uint8Array(100).subarray(3, 3 + payload.length);
    moved.set(payload);
    expect(inStore.decode("k", moved)).toEqual({ a: "b" });
  });

  it("holds at most 128 MiB", () => {
    expect(() => inStore.encode("k", Buffer.alloc(2 ** 27), null)).toThrow(
      new SerializationError("value takes 134217737 bytes; at most 134217728 can be kept"),
    );
  });
});

describe("expiry in the payload", () => {
  it.each(["text", 42, { a: 1 }, new Date(5)])("of %s ends its life to the millisecond", (value) => {
    const payload = inPayload.encode("k", value, 500);
    vi.setSystemTime(1_000_499);
    expect(inPayload.decode("k", payload)).toEqual(value);
    vi.setSystemTime(1_000_500);
    expect(inPayload.decode("k", payload)).toBeUndefined();
  });

  it("of null is never", () => {
    const payload = inPayload.encode("k", "text", null);
    vi.setSystemTime(8e15);
    expect(inPayload.decode("k", payload)).toBe("text");
    expect(payloadTtlMs(payload)).toBeNull();
  });

  it("is told in milliseconds left", () => {
    const payload = inPayload.encode("k", "text", 500);
    expect(payloadTtlMs(payload)).toBe(500);
    vi.setSystemTime(1_000_700);
    expect(payloadTtlMs(payload)).toBe(-200);
  });

  it.each([5, bytes("5"), bytes(""), Uint8Array.of(0xc1, 1, 1, 2, 0, 0, 0, 0), undefined, "text"])(
    "is not in %s",
    (payload) => expect(payloadTtlMs(payload)).toBeNull(),
  );

  it("can be another for the same value", () => {
    for (const value of ["text", 42, { a: [Buffer.from("b"), 1n] }]) {
      const longer = withTtlMs("k", inPayload.encode("k", value, 500), 900);
      expect(payloadTtlMs(longer)).toBe(900);
      expect(inPayload.decode("k", longer)).toEqual(value);
      const eternal = withTtlMs("k", longer, null);
      expect(eternal).toEqual(inPayload.encode("k", value, null));
      expect(withTtlMs("k", eternal, 500)).toEqual(inPayload.encode("k", value, 500));
    }
  });

  it("is not given to what has no envelope, or is damaged", () => {
    const digits = bytes("42");
    const damaged = Buffer.from(inPayload.encode("k", "text", 500) as Uint8Array);
    damaged[14] = 0;
    for (const payload of [42, digits, damaged, inPayload.encode("other", 1n, 5)]) {
      expect(withTtlMs("k", payload, 900)).toBe(payload);
    }
  });

  it("is kept beside an integer, for counting", () => {
    const sealed = sealInteger("k", 41, 500);
    expect(openInteger("k", sealed)).toBe(41);
    expect(openInteger("other", sealed)).toBeUndefined();
    expect(payloadTtlMs(sealed)).toBe(500);
    expect(inPayload.decode("k", sealed)).toBe(41);
    expect(openInteger("k", inPayload.encode("k", 7, 500))).toBe(7);
    expect(openInteger("k", inPayload.encode("k", "7", 500))).toBeUndefined();
    expect(openInteger("k", 7)).toBe(7);
  });
});

describe("copies", () => {
  it.each(["text", 1, -0, Number.NaN, true, null, 5n])("keep the primitive %s as it is", (value) => {
    expect(copies.encode("k", value, 5)).toBe(value);
    expect(copies.decode("k", value)).toBe(value);
  });

  it("do not read what another codec left", () => {
    for (const payload of [inStore.encode("k", "text", null), { a: 1 }, undefined, Symbol("s"), () => 1]) {
      expect(copies.decode("k", payload)).toBe(UNDECODABLE);
    }
    expect(inStore.decode("k", copies.encode("k", { a: 1 }, null))).toBe(UNDECODABLE);
  });
});
