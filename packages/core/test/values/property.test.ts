import { deepStrictEqual } from "node:assert";
import fc from "fast-check";
import { describe, it } from "vitest";
import { structuredCodecs } from "./samples.js";

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("~", "~u", "__proto__"),
);
const unpaired = fc
  .array(fc.integer({ min: 0xd7f0, max: 0xe010 }))
  .map((units) => String.fromCharCode(...units));

const primitive = fc.oneof(
  fc.constantFrom(undefined, null, Number.NaN, -0, Number.POSITIVE_INFINITY),
  fc.boolean(),
  fc.integer(),
  fc.double(),
  fc.bigInt(),
  text,
  unpaired,
);

const leaf = fc.oneof(
  primitive,
  fc.date({ noInvalidDate: true }),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  fc.uint8Array(),
  fc.uint8Array().map((bytes) => new Uint8Array(bytes).buffer),
  fc.int16Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
  fc.constantFrom(/a/gu, /[~"]/),
  fc.webUrl().map((href) => new URL(href)),
);

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie("value")),
    fc.sparseArray(tie("value"), { maxLength: 20 }),
    fc.dictionary(text, tie("value")),
    fc.array(fc.tuple(leaf, tie("value"))).map((entries) => new Map(entries)),
    fc.array(tie("value")).map((elements) => new Set(elements)),
    tie("value").map((shared) => [shared, { shared }, shared]),
    tie("value").map((inner) => {
      const circle: unknown[] = [inner];
      circle.push(circle);
      return circle;
    }),
  ),
}));

// Slow machines need more than Vitest's 5 s.
const TIMEOUT_MS = 60_000;

describe.each(Object.entries(structuredCodecs))("%s", (_name, codec) => {
  const roundTrip = (made: unknown): unknown => codec.decode("k", codec.encode("k", made, 60_000));

  it(
    "gives any data back equal",
    () => {
      fc.assert(
        fc.property(value, (made) => {
          fc.pre(made !== undefined);
          deepStrictEqual(roundTrip(made), made);
        }),
        { numRuns: 300 },
      );
    },
    TIMEOUT_MS,
  );

  it(
    "gives any JSON back equal",
    () => {
      fc.assert(
        fc.property(fc.jsonValue(), (made) => deepStrictEqual(roundTrip(made), made)),
        { numRuns: 300 },
      );
    },
    TIMEOUT_MS,
  );

  it("gives any string back equal, and any integer", () => {
    fc.assert(
      fc.property(fc.oneof(text, unpaired, fc.maxSafeInteger()), (made) => Object.is(roundTrip(made), made)),
    );
  });
});
