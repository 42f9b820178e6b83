import { crc32 } from "node:zlib";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { makeBinary } from "../../src/values/binary.js";
import { createCodec } from "../../src/values/create-codec.js";
import { Kind } from "../../src/values/envelope.js";
import { UNDECODABLE } from "../../src/values/undecodable.js";
import { processorTime } from "./processor-time.js";
import { payloadExpiry, samples, storeExpiry } from "./samples.js";

const codec = createCodec(storeExpiry, "structured");
const sealing = createCodec(payloadExpiry, "structured");

/** The samples in envelopes: a checksum guards them. Digits have none. */
const payloads = Object.entries(samples).map(([name, make]): [string, Buffer] => [
  name,
  Buffer.from(sealing.encode("k", make(), 1e9) as Uint8Array),
]);

/** Puts the right checksum to an envelope. */
function seal(kind: number, body: Uint8Array): Buffer {
  return fix(Buffer.concat([Buffer.from([0xc1, 1, 0, kind]), body, Buffer.alloc(4)]));
}

function fix(payload: Buffer): Buffer {
  payload.writeUInt32LE(crc32(payload.subarray(0, -4), crc32("k")), payload.length - 4);
  return payload;
}

function rich(text: string, bytes: Uint8Array = new Uint8Array()): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.byteLength(text));
  return seal(Kind.rich, Buffer.concat([length, Buffer.from(text), bytes]));
}

const prototype = Object.getOwnPropertyNames(Object.prototype).join();

afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(prototype);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

describe.each(payloads)("a payload of %s", (_name, payload) => {
  it("is undecodable when cut, or longer", () => {
    for (let length = 0; length < payload.length; length++) {
      expect(codec.decode("k", payload.subarray(0, length))).toBe(UNDECODABLE);
    }
    expect(codec.decode("k", Buffer.concat([payload, Buffer.alloc(1)]))).toBe(UNDECODABLE);
    expect(codec.decode("k", payload.subarray(1))).toBe(UNDECODABLE);
  });

  it("is undecodable with any bit flipped", () => {
    for (let bit = 0; bit < payload.length * 8; bit++) {
      const flipped = Buffer.from(payload);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      if (codec.decode("k", flipped) !== UNDECODABLE) expect.unreachable(`bit ${bit} went unnoticed`);
    }
  });

  it("is undecodable under another key", () => {
    for (const key of ["", "K", "kk", "k\u0001", "j"]) expect(codec.decode(key, payload)).toBe(UNDECODABLE);
  });

  it("never makes decode throw, whatever is changed under a right checksum", () => {
    const edit = fc.tuple(fc.nat(payload.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const changed = Buffer.from(payload);
        for (const [at, byte] of edits) changed[at] = byte;
        codec.decode("k", fix(changed));
      }),
      { numRuns: 300 },
    );
  });
});

describe("bytes of nobody", () => {
  it("never make decode throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(12), (body, kind) => {
        expect([UNDECODABLE, "number"]).toContain(
          typeof codec.decode("k", body) === "number" ? "number" : codec.decode("k", body),
        );
        codec.decode("k", seal(kind, body));
      }),
      { numRuns: 5000 },
    );
  });

  const tag = fc.constantFrom(..."=abdeilmnoprsu".split("").map((letter) => `~${letter}`), "~", "~x");
  const { node } = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom(null, 0, 1, 2, -1, 0.5, 1e300, "NaN", "-0", "a", "ff", "Error", "g", "~u", "http://a/"),
      fc.array(tie("node"), { maxLength: 4 }),
      fc.tuple(tag, tie("node"), tie("node"), tie("node")),
      fc.tuple(tag, tie("node")),
      fc.dictionary(fc.constantFrom("a", "0", "7", "length", "__proto__", "stack", "message"), tie("node")),
    ),
  }));

  it("never make decode throw, whatever the tags", () => {
    fc.assert(
      fc.property(node, fc.uint8Array({ maxLength: 4 }), (json, bytes) => {
        codec.decode("k", rich(JSON.stringify(json), bytes));
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ["no JSON", "{"],
    ["an unknown tag", '["~z"]'],
    ["a tag of nothing", '["~d"]'],
    ["a reference to nothing", '["~=",0]'],
    ["a reference to what comes later", '[["~=",1],{}]'],
    ["a reference to a part of an object", '[["~=",0.5]]'],
    ["a reference by name", '[["~=","push"]]'],
    ["an odd map", '["~m",1]'],
    ["a date out of range", '["~d",8640000000000001]'],
    ["a date of text", '["~d","1"]'],
    ["digits that are none", '["~i","fg"]'],
    ["digits of nothing", '["~i","-"]'],
    ["a decimal bigint", '["~i",5]'],
    ["a number of text", '["~n","5"]'],
    ["a pattern that is none", '["~r","(",""]'],
    ["flags that are none", '["~r","a","gg"]'],
    ["a URL that is none", '["~l","/path"]'],
    ["an unknown class of errors", '["~e","Session",{},{}]'],
    ["a class of errors by a name of Object.prototype", '["~e","constructor",{},{}]'],
    ["an error of too little", '["~e","Error",{}]'],
    ["an object in a box", '["~o",{}]'],
    ["null in a box", '["~o",null]'],
    ["an unknown type of bytes", '["~b",99,0]'],
    ["more bytes than there are", '["~b",1,5]'],
    ["fewer than no bytes", '["~b",1,-1]'],
    ["half an element", '["~b",7,3]', 3],
    ["bytes left over", "[1]", 1],
    ["an array of a length that none can have", '["~a",4294967296,{}]'],
    ["an array that is longer than it says", '["~a",2,{"5":1}]'],
    ["an array that sets its length", '["~a",2,{"length":2}]'],
    ["an array whose elements are a list", '["~a",2,[1]]'],
  ])("with %s are undecodable", (_what, text, bytes = 0) => {
    expect(codec.decode("k", rich(text, new Uint8Array(bytes)))).toBe(UNDECODABLE);
  });

  it("with a type that this Node lacks are undecodable", () => {
    const float16 = 14;
    if ("Float16Array" in globalThis) {
      expect(Object.prototype.toString.call(makeBinary(float16, new Uint8Array(2)))).toBe(
        "[object Float16Array]",
      );
    } else {
      expect(codec.decode("k", seal(Kind.binary, new Uint8Array([float16, 0, 0])))).toBe(UNDECODABLE);
    }
  });

  it("with __proto__ make a property, and no prototype", () => {
    const value = codec.decode(
      "k",
      rich('[{"__proto__":{"a":["~u"]}},["~p",{"__proto__":1}],["~e","Error",{"__proto__":1},{}]]'),
    );
    for (const object of value as object[]) expect(Object.hasOwn(object, "__proto__")).toBe(true);
  });

  it.each([
    ["JSON", seal(Kind.asciiJson, Buffer.from("[".repeat(1001) + "]".repeat(1001)))],
    ["JSON within JSON", seal(Kind.utf8Json, Buffer.from('{"a":['.repeat(501) + "]}".repeat(501)))],
    ["tagged JSON", rich("[".repeat(1e6) + "]".repeat(1e6))],
    ["sets", rich(`${'["~s",'.repeat(5000)}1${"]".repeat(5000)}`)],
    ["boxes", rich(`${'["~o",'.repeat(1e5)}1${"]".repeat(1e5)}`)],
    ["JSON that does not end", seal(Kind.asciiJson, Buffer.from('{"a":'.repeat(1e5)))],
  ])("nested too deep are undecodable: %s", (_what, payload) => {
    expect(codec.decode("k", payload)).toBe(UNDECODABLE);
  });

  it("that stand for much more than they are take neither time nor memory", () => {
    const before = process.memoryUsage().rss;
    const taken = processorTime(() => {
      const sparse = `[${Array(2000).fill('["~a",30000000,{"29999999":1}]').join()}]`;
      expect(codec.decode("k", rich(sparse))).toHaveLength(2000);
      const shared = `[${"[1],".repeat(1000)}${Array(10_000).fill('["~=",5]').join()}]`;
      expect(codec.decode("k", rich(shared))).toHaveLength(11_000);
      expect(codec.decode("k", rich(`["~i","${"f".repeat(1e6)}"]`))).toBeTypeOf("bigint");
      expect(codec.decode("k", rich(`["~r","${"(a*)*".repeat(1000)}",""]`))).toBeInstanceOf(RegExp);
    });
    expect(taken).toBeLessThan(2000);
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 28);
  });

  it("take time in proportion to their length", () => {
    const time = (count: number): number => {
      const value = Array.from({ length: count }, (_, at) => ({
        at: new Date(at),
        list: [at],
        map: new Map([[at, at]]),
      }));
      return processorTime(() => {
        expect(codec.decode("k", codec.encode("k", [value, value], null))).toHaveLength(2);
      });
    };
    time(2000);
    expect(time(40_000)).toBeLessThan(40 * Math.max(time(4000), 5));
  }, 30_000);
});
