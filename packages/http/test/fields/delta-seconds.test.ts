import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_DELTA_SECONDS, parseAge } from "../../src/fields/delta-seconds.js";
import { expectLinear, hostileField, PATIENT } from "./hostile.js";

describe("Age", () => {
  it.each([
    ["60", 60],
    ["0060", 60],
    [" 60\t", 60],
    ["7200, 0", 7200],
    ["0, 7200", 0],
    ["60,", 60],
    ["99999999999999999999", MAX_DELTA_SECONDS],
    ['"60"', 0],
    ["-60", 0],
    ["6.5", 0],
    ["60s", 0],
    ["x, 60", 0],
    ["", 0],
    [null, 0],
  ])("%j is %j seconds", (field, seconds) => {
    expect(parseAge(field)).toBe(seconds);
  });

  it("is never below zero and never over the limit, whatever is read", () => {
    fc.assert(
      fc.property(hostileField, (field) => {
        const seconds = parseAge(field);
        expect(seconds >= 0 && seconds <= MAX_DELTA_SECONDS).toBe(true);
      }),
    );
  });

  it("is read in linear time", PATIENT, () => {
    expectLinear(parseAge);
  });
});
