import { describe, expect, it } from "vitest";
import { isTimeout, toTtlMs } from "../src/timeout.js";

describe("a timeout", () => {
  it.each([
    [30, 30_000],
    [0.5, 500],
    [0.001, 1],
    [0.07, 70],
    [0.0001, 1],
    ["500ms", 500],
    ["30s", 30_000],
    ["15m", 900_000],
    ["2h", 7_200_000],
    ["7d", 604_800_000],
    ["1.5h", 5_400_000],
    [null, null],
    [Number.POSITIVE_INFINITY, null],
    [1e300, null],
  ])("of %j is %j milliseconds", (timeout, ttlMs) => {
    expect(toTtlMs(timeout)).toBe(ttlMs);
    expect(isTimeout(timeout)).toBe(true);
  });

  it.each([0, -0, -1, -0.5, Number.NEGATIVE_INFINITY, "0s", "-5m"])(
    "of %j has expired at once",
    (timeout) => {
      expect(toTtlMs(timeout)).toBe(0);
    },
  );

  it.each([
    [Number.NaN, "NaN"],
    ["10", '"10"'],
    ["", '""'],
    ["5 m", '"5 m"'],
    ["5M", '"5M"'],
    ["1e3s", '"1e3s"'],
    [true, "true"],
    [10n, "10n"],
    [undefined, "undefined"],
    [{}, "an object"],
    [[], "an array"],
    [new Date(0), "an instance of Date"],
    [() => 5, "a function"],
  ])("cannot be %s", (timeout, shown) => {
    expect(() => toTtlMs(timeout)).toThrow(
      new TypeError(`timeout must be seconds, a string like "5m", or null for never; got ${shown}`),
    );
    expect(isTimeout(timeout)).toBe(false);
  });
});
