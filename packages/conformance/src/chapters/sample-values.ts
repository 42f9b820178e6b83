import assert from "node:assert/strict";

/** A value of each kind that a cache keeps whole, made anew for each test. */
export interface SampleValue {
  readonly name: string;
  make(): unknown;
  /** Checks what `deepEqual` does not see. */
  check?(value: never): void;
}

const TYPED_ARRAYS = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
] as const;

/** The Values list of the contract, one by one. */
export const SAMPLE_VALUES: readonly SampleValue[] = [
  { name: "a string", make: () => "hello, world!" },
  { name: "an empty string", make: () => "" },
  { name: "a string of digits", make: () => "10" },
  { name: "a string of many scripts", make: () => "Grüße, мир, 世界, 🌍, \u0000, \u{10ffff}" },
  { name: "a string with a lone surrogate", make: () => "a\ud800b" },
  { name: "a string of 100,000 characters", make: () => "0123456789".repeat(10_000) },
  { name: "an integer", make: () => 42 },
  { name: "zero", make: () => 0 },
  { name: "a negative integer", make: () => -42 },
  { name: "the largest safe integers", make: () => [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER] },
  { name: "the largest safe integer", make: () => Number.MAX_SAFE_INTEGER },
  { name: "an integer beyond the safe ones", make: () => 2 ** 60 },
  { name: "a fraction", make: () => 0.1 + 0.2 },
  { name: "the smallest and the largest number", make: () => [Number.MIN_VALUE, Number.MAX_VALUE] },
  { name: "NaN", make: () => Number.NaN },
  { name: "Infinity", make: () => Number.POSITIVE_INFINITY },
  { name: "-Infinity", make: () => Number.NEGATIVE_INFINITY },
  { name: "-0", make: () => -0 },
  { name: "true", make: () => true },
  { name: "false", make: () => false },
  { name: "null", make: () => null },
  { name: "a bigint", make: () => 10n },
  { name: "a bigint of 1,000 bits", make: () => -(2n ** 1_000n) },
  { name: "a Date", make: () => new Date("2024-02-29T12:34:56.789Z") },
  {
    name: "an invalid Date",
    make: () => ({ at: new Date(Number.NaN) }),
    check: (value: { at: Date }) => assert.ok(value.at instanceof Date && Number.isNaN(value.at.getTime())),
  },
  { name: "a RegExp", make: () => /^a\/b(?<name>c)\n$/giu },
  {
    name: "a Map",
    make: () =>
      new Map<unknown, unknown>([
        ["a", 1],
        [2, new Map([["b", null]])],
      ]),
  },
  { name: "a Map with an object for a key", make: () => new Map([[{ id: 1 }, "one"]]) },
  { name: "a Set", make: () => new Set(["a", 1, null, Number.NaN]) },
  {
    name: "an Error with its cause",
    make: () => new RangeError("out of range", { cause: new TypeError("below") }),
    check(value: Error) {
      assert.ok(
        value instanceof RangeError && value.message === "out of range" && value.name === "RangeError",
      );
      assert.ok(value.cause instanceof TypeError && value.cause.message === "below");
    },
  },
  {
    name: "a URL",
    make: () => new URL("https://user@example.org:8080/a/b?c=d#e"),
    check: (value: URL) =>
      assert.ok(value instanceof URL && value.href === "https://user@example.org:8080/a/b?c=d#e"),
  },
  { name: "an ArrayBuffer", make: () => Uint8Array.of(0, 1, 127, 128, 255).buffer },
  ...TYPED_ARRAYS.map((Type) => ({ name: `a ${Type.name}`, make: () => Type.of(0, 1, 2, 127) })),
  { name: "a BigInt64Array", make: () => BigInt64Array.of(0n, -(2n ** 63n)) },
  { name: "a BigUint64Array", make: () => BigUint64Array.of(0n, 2n ** 64n - 1n) },
  {
    name: "a Buffer of every byte",
    make: () => Buffer.from(Array.from({ length: 256 }, (_, index) => index)),
  },
  { name: "an empty Buffer", make: () => Buffer.alloc(0) },
  {
    name: "a part of a larger Buffer",
    make: () => Buffer.from("a secret that stays out").subarray(2, 8),
    check: (value: Buffer) => assert.equal(value.toString(), "secret"),
  },
  { name: "an empty object", make: () => ({}) },
  { name: "an empty array", make: () => [] },
  {
    name: "a nested object",
    make: () => ({ a: [1, { b: [new Date(0), new Set([1n])] }], c: { d: { e: "f" } } }),
  },
  {
    name: "undefined inside an object and an array",
    make: () => ({ absent: undefined, list: [undefined, 1] }),
    check: (value: object) => assert.ok("absent" in value),
  },
  {
    name: "a property named __proto__",
    make: () => JSON.parse('{"__proto__": {"admin": true}, "constructor": 1}') as unknown,
    check(value: { admin?: boolean }) {
      assert.equal(value.admin, undefined);
      assert.equal(Object.getPrototypeOf(value), Object.prototype);
    },
  },
  {
    name: "an object that occurs twice",
    make() {
      const shared = { name: "shared" };
      return { left: shared, right: shared };
    },
    check: (value: { left: object; right: object }) => assert.equal(value.left, value.right),
  },
  {
    name: "an object that holds itself",
    make() {
      const circular: Record<string, unknown> = { name: "circular" };
      circular.self = circular;
      return circular;
    },
    check: (value: { self: object }) => assert.equal(value.self, value),
  },
];

/** Checks that `value` is equal to a new one of the sample, and of the same type. */
export function assertSample(value: unknown, sample: SampleValue): void {
  const wanted = sample.make();
  assert.equal(typeof value, typeof wanted, sample.name);
  if (wanted instanceof Object)
    assert.equal(value?.constructor, wanted.constructor, `${sample.name}: its class`);
  // Node 20 takes no two invalid dates for equal.
  if (sample.name !== "an invalid Date") assert.deepEqual(value, wanted, sample.name);
  sample.check?.(value as never);
}
