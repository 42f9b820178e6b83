import { deepStrictEqual } from "node:assert";
import { runInNewContext } from "node:vm";
import { expect } from "vitest";
import { type BackendFeatures, baseFeatures } from "../../src/backend/features.js";
import type { Codec } from "../../src/values/codec.js";
import { createCodec } from "../../src/values/create-codec.js";

/** Compares by type and value, down to the holes of arrays and the sign of zero. */
export function expectSame(back: unknown, value: unknown): void {
  expect(Object.prototype.toString.call(back)).toBe(Object.prototype.toString.call(value));
  // deepStrictEqual finds an invalid Date unlike itself before Node 22.
  if (value instanceof Date) expect(back).toEqual(value);
  else deepStrictEqual(back, value);
}

/** What tells stores apart for a codec. */
export const storeExpiry: BackendFeatures = { ...baseFeatures, expiry: "store" };
export const counting: BackendFeatures = { ...storeExpiry, counters: true };
export const payloadExpiry: BackendFeatures = { ...baseFeatures, expiry: "payload" };
export const copying: BackendFeatures = { ...storeExpiry, counters: true, payloads: "copies" };
export const referring: BackendFeatures = { ...storeExpiry, counters: true, payloads: "references" };

/** The codecs that keep every value that is data. */
export const structuredCodecs: Record<string, Codec<unknown>> = {
  "bytes, expiry in the store": createCodec(storeExpiry, "structured"),
  "bytes, expiry in the payload": createCodec(payloadExpiry, "structured"),
  "bytes, counters": createCodec(counting, "structured"),
  copies: createCodec(copying, "structured"),
};

const THEN = "then";

/** What `await` would take for a promise. */
export const thenable: object = { [THEN]: () => {} };

function fixedStack<E extends Error>(error: E): E {
  Object.defineProperty(error, "stack", {
    value: `${error.name}: at line 1`,
    writable: true,
    configurable: true,
  });
  if (error.cause instanceof Error) fixedStack(error.cause);
  return error;
}

function errorWithProperties(): Error {
  const error = new Error("no such file", { cause: new TypeError("the cause") });
  Object.defineProperty(error, "name", { value: "HiddenName", writable: true, configurable: true });
  return Object.assign(fixedStack(error), { code: "ENOENT", errno: -2, at: new Date(5) });
}

function circular(): object {
  const value: Record<string, unknown> = { list: [1], map: new Map(), set: new Set() };
  value.self = value;
  (value.list as unknown[]).push(value.list, value);
  (value.map as Map<unknown, unknown>).set(value, value.map);
  (value.set as Set<unknown>).add(value.set).add(value);
  return value;
}

function shared(): object {
  const date = new Date(7);
  const buffer = Buffer.from("once");
  return { a: date, b: date, list: [buffer, buffer, [date]], map: new Map([[date, buffer]]) };
}

function withOwn<T extends object>(target: T, key: string, value: unknown): T {
  return Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}

function filled<T extends NodeJS.TypedArray>(view: T): T {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  for (let at = 0; at < bytes.length; at++) bytes[at] = at * 37;
  return view;
}

function sparse(length: number, elements: Record<string, unknown>): unknown[] {
  const array: unknown[] = [];
  array.length = length;
  return Object.assign(array, elements);
}

/** Values of every kind that is kept, by name. What they are, and their names, are what the golden files hold. */
export const samples: Record<string, () => unknown> = {
  null: () => null,
  true: () => true,
  false: () => false,
  zero: () => 0,
  integer: () => 42,
  "negative integer": () => -17,
  "greatest integer": () => Number.MAX_SAFE_INTEGER,
  "least integer": () => Number.MIN_SAFE_INTEGER,
  "unsafe integer": () => 2 ** 53,
  fraction: () => 0.1,
  "tiny number": () => 5e-324,
  "negative zero": () => -0,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  "negative Infinity": () => Number.NEGATIVE_INFINITY,
  "empty string": () => "",
  "ascii string": () => "hello, world!",
  "string of digits": () => "42",
  "string with NUL": () => "a\u0000b",
  "latin string": () => "caf\u00e9",
  "string with emoji": () => "\u{1f600} \u4f60\u597d",
  "string with a lone surrogate": () => "a\ud800b\udfff",
  "string that begins like a tag": () => "~u",
  bigint: () => 2n ** 70n,
  "negative bigint": () => -(2n ** 70n),
  "bigint zero": () => 0n,
  date: () => new Date(1_700_000_000_123),
  "invalid date": () => new Date(Number.NaN),
  "date before 1970": () => new Date(-1),
  regexp: () => /a(b)?\/"[^~]/dgimsuy,
  "regexp of nothing": () => /(?:)/,
  url: () => new URL("https://user@example.com:8080/p%20a?q=1&r=\u00e9#h"),
  buffer: () => Buffer.from([0, 1, 254, 255]),
  "empty buffer": () => Buffer.alloc(0),
  Uint8Array: () => filled(new Uint8Array(5)),
  "view into the middle": () => filled(new Uint16Array(10)).subarray(3, 6),
  ArrayBuffer: () => filled(new Uint8Array(9)).buffer,
  DataView: () => new DataView(filled(new Uint8Array(12)).buffer, 2, 7),
  Int8Array: () => filled(new Int8Array(3)),
  Uint8ClampedArray: () => filled(new Uint8ClampedArray(3)),
  Int16Array: () => filled(new Int16Array(3)),
  Uint16Array: () => filled(new Uint16Array(3)),
  Int32Array: () => filled(new Int32Array(3)),
  Uint32Array: () => filled(new Uint32Array(3)),
  Float32Array: () => new Float32Array([1.5, -0, Number.NaN]),
  Float64Array: () => new Float64Array([0.1, -0, Number.NaN, Number.NEGATIVE_INFINITY]),
  BigInt64Array: () => filled(new BigInt64Array(2)),
  BigUint64Array: () => filled(new BigUint64Array(2)),
  "empty object": () => ({}),
  "empty array": () => [],
  "plain object": () => ({ a: 1, b: "two", c: [true, null, { d: 0.5 }], "\u00e9": "\ud800" }),
  "properties in no order": () => ({ b: 1, 10: 2, a: new Date(0), 9: 3 }),
  "undefined inside": () => ({ a: undefined, b: [undefined, 1] }),
  "special numbers inside": () => [Number.NaN, -0, Number.POSITIVE_INFINITY, 0],
  "object without prototype": () => Object.assign(Object.create(null), { a: 1, b: Object.create(null) }),
  "object with own __proto__": () => withOwn({ a: 1 }, "__proto__", { polluted: true }),
  "rich object with own __proto__": () => withOwn({ a: 1n }, "__proto__", { polluted: new Date(1) }),
  "no prototype, own __proto__": () => withOwn(Object.create(null), "__proto__", null),
  "names of Object.prototype": () => ({ constructor: 1, toString: "a", hasOwnProperty: null, valueOf: 2n }),
  "toJSON that is data": () => ({ toJSON: "text", at: { toJSON: 1n } }),
  "array of what looks like tags": () => [["~"], ["~u"], ["~=", 0], ["~d", 5], "~", { "~u": ["~~"] }],
  "array of one hole": () => new Array(1),
  "array with holes": () => sparse(5, { 1: "a", 3: undefined }),
  "array of greatest length": () => sparse(2 ** 32 - 1, { 7: "a", 4294967294: [1n] }),
  "array with names": () => Object.assign([1, 2], { name: "x", "-1": new Date(1) }),
  "array with a name for a hole": () => Object.assign(new Array(1), { name: "x" }),
  "array with own __proto__": () => withOwn([1], "__proto__", [2]),
  "regexp match": () => /(?<year>\d+)-(\d+)/d.exec("on 2024-05"),
  map: () =>
    new Map<unknown, unknown>([
      ["a", 1],
      [{ b: 2 }, [3]],
      [Number.NaN, undefined],
      [-1n, null],
    ]),
  "empty map": () => new Map(),
  set: () => new Set<unknown>(["a", 1, undefined, [new Set([1])]]),
  "boxed number": () => Object(-0),
  "boxed string": () => Object("~text"),
  "boxed boolean": () => Object(false),
  "boxed bigint": () => Object(7n),
  error: () => fixedStack(new Error("plain")),
  "error with no message": () => fixedStack(new Error()),
  "error with all": errorWithProperties,
  "range error": () => fixedStack(new RangeError("out")),
  "error with a cause of undefined": () => fixedStack(new Error("x", { cause: undefined })),
  "aggregate error": () => fixedStack(new AggregateError([fixedStack(new EvalError("one")), 2n], "all")),
  shared,
  circular,
};

/** Values of another realm, as `vm` and Jest make them, each with what it is here. */
export const foreign: Record<string, () => [theirs: unknown, ours: unknown]> = Object.fromEntries(
  [
    "({ a: 1, b: [new Date(3)] })",
    "[1, [undefined, 2]]",
    "new Date(5)",
    "/x/g",
    "new Map([[1, new Set([2])]])",
    "new Uint16Array([1, 2])",
    "new ArrayBuffer(3)",
    "new DataView(new ArrayBuffer(3))",
    "Object(5)",
    "({ __proto__: null, a: 1n })",
  ].map((source) => [source, () => [runInNewContext(source), runInThisRealm(source)]]),
);

function runInThisRealm(source: string): unknown {
  return new Function(`return ${source}`)();
}
