import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatHttpDate, parseHttpDate } from "../../src/fields/http-date.js";
import { expectLinear, hostileField, PATIENT } from "./hostile.js";

const NOW = Date.UTC(2026, 10, 21);

describe("HTTP-date", () => {
  it.each([
    ["Sun, 06 Nov 1994 08:49:37 GMT", Date.UTC(1994, 10, 6, 8, 49, 37)],
    ["Sunday, 06-Nov-94 08:49:37 GMT", Date.UTC(1994, 10, 6, 8, 49, 37)],
    ["Sun Nov  6 08:49:37 1994", Date.UTC(1994, 10, 6, 8, 49, 37)],
    ["Sun Nov 16 08:49:37 1994", Date.UTC(1994, 10, 16, 8, 49, 37)],
    ["sun, 06 nov 1994 08:49:37 gmt", Date.UTC(1994, 10, 6, 8, 49, 37)],
    ["Sat, 31 Dec 2016 23:59:60 GMT", Date.UTC(2017, 0, 1)],
    ["Thu, 29 Feb 2024 00:00:00 GMT", Date.UTC(2024, 1, 29)],
    ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
    ["Wednesday, 31-Dec-69 23:59:59 GMT", Date.UTC(2069, 11, 31, 23, 59, 59)],
    ["Monday, 31-Dec-79 23:59:59 GMT", Date.UTC(1979, 11, 31, 23, 59, 59)],
  ])("%s is read", (text, time) => {
    expect(parseHttpDate(text, NOW)).toBe(time);
  });

  it.each([
    "",
    "0",
    "2099",
    "2099-01-01",
    "Sun, 31 Feb 2016 08:49:37 GMT",
    "Sun, 00 Feb 2016 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:49:37 GMT",
    "Sun, 06 Nov 1994 08:60:37 GMT",
    "Sun, 06 Nov 1994 08:49:61 GMT",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 06 Nov 1994 08:49:37 AEST",
    "Sun, 06 Nov 1994 8:49:37 GMT",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 94 08:49:37 GMT",
    "Sun,  06 Nov 1994 08:49:37 GMT",
    "Sun 06 Nov 1994 08:49:37 GMT",
    "Sun, 06-Nov-1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08.49.37 GMT",
    "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
    " Sun, 06 Nov 1994 08:49:37 GMT",
  ])("%j is none", (text) => {
    expect(parseHttpDate(text)).toBeUndefined();
  });

  it("is none where the field is missing", () => {
    expect(parseHttpDate(null)).toBeUndefined();
  });

  it("is written in the form that is not obsolete, down to the second", () => {
    expect(formatHttpDate(Date.UTC(2016, 6, 17, 10) + 999)).toBe("Sun, 17 Jul 2016 10:00:00 GMT");
    expect(formatHttpDate(8.64e15)).toBe("Fri, 31 Dec 9999 23:59:59 GMT");
  });

  it("is the same second after it was written and read again", () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }), (seconds) => {
        expect(parseHttpDate(formatHttpDate(seconds * 1000))).toBe(seconds * 1000);
      }),
    );
  });

  it("never throws, whatever is read", () => {
    fc.assert(
      fc.property(hostileField, (text) => {
        expect(parseHttpDate(text)).toBeUndefined();
      }),
    );
  });

  it("is read in linear time", PATIENT, () => {
    expectLinear(parseHttpDate);
  });
});
