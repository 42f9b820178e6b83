import fc from "fast-check";
import { expect } from "vitest";

/** Any text, most of it made of the characters that mean something in a field. */
export const hostileField = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        '"',
        "\\",
        ",",
        ";",
        "=",
        "*",
        " ",
        "\t",
        "a",
        "q",
        "0",
        "1",
        ".",
        "-",
        "W/",
        "no-store",
      ),
    )
    .map((parts) => parts.join("")),
);

/** For tests that read megabytes on a busy machine. */
export const PATIENT = { timeout: 60_000 };

const MEGABYTE = 2 ** 20;
const SEEDS = [
  '"',
  '\\"',
  '"\\"',
  ",",
  " ",
  "\t,",
  "a",
  "a=",
  "0",
  "a ",
  '"a" ',
  "a;q=",
  "*",
  "W/",
  '=",',
  "é",
];

/**
 * Expects `parse` to be done with a megabyte of each hostile repetition, behind an open quote too, in a time that a
 * quadratic parser would pass by minutes.
 */
export function expectLinear(parse: (field: string) => unknown): void {
  const began = performance.now();
  for (const seed of SEEDS) {
    const field = seed.repeat(MEGABYTE / seed.length);
    parse(field);
    parse(`"${field}`);
  }
  expect(performance.now() - began).toBeLessThan(30_000);
}
