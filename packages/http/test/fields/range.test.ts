import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatContentRange, parseRange } from "../../src/fields/range.js";
import { expectLinear, hostileField, PATIENT } from "./hostile.js";

describe("Range", () => {
  it.each([
    ["bytes=0-4", { start: 0, end: 4 }],
    ["Bytes=0-0", { start: 0, end: 0 }],
    ["bytes=5-", { start: 5, end: 9 }],
    ["bytes=5-99", { start: 5, end: 9 }],
    [`bytes=5-${"9".repeat(400)}`, { start: 5, end: 9 }],
    ["bytes=-3", { start: 7, end: 9 }],
    ["bytes=-99", { start: 0, end: 9 }],
    ["bytes=10-", "unsatisfiable"],
    ["bytes=10-12", "unsatisfiable"],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=4-3", undefined],
    ["bytes=12-10", undefined],
    ["bytes=0-1,3-4", undefined],
    ["bytes=-", undefined],
    ["bytes=a-b", undefined],
    ["bytes 0-4", undefined],
    ["lines=0-4", undefined],
    ["", undefined],
    [null, undefined],
  ])("%s asks of ten bytes for %j", (field, range) => {
    expect(parseRange(field, 10)).toEqual(range);
  });

  it("asks of no bytes for none", () => {
    expect(parseRange("bytes=0-", 0)).toBe("unsatisfiable");
    expect(parseRange("bytes=-5", 0)).toBe("unsatisfiable");
  });

  it("is answered by Content-Range", () => {
    expect(formatContentRange({ start: 2, end: 4 }, 10)).toBe("bytes 2-4/10");
    expect(formatContentRange("unsatisfiable", 10)).toBe("bytes */10");
  });

  it("stays within the body, whatever is read", () => {
    const field = fc.oneof(
      hostileField,
      fc.tuple(fc.nat(), fc.nat()).map(([first, last]) => `bytes=${first}-${last}`),
    );
    fc.assert(
      fc.property(field, fc.nat(), (text, length) => {
        const range = parseRange(text, length);
        if (typeof range !== "object") return;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.end).toBeGreaterThanOrEqual(range.start);
        expect(range.end).toBeLessThan(length);
      }),
    );
  });

  it("is read in linear time", PATIENT, () => {
    expectLinear((field) => parseRange(`bytes=${field}`, 10));
  });
});
