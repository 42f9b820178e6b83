import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CacheControl, formatDirectives, parseDirectives } from "../../src/fields/cache-control.js";
import { expectLinear, hostileField, PATIENT } from "./hostile.js";

describe("Cache-Control", () => {
  it("is found in any letter case, any position and any padding", () => {
    for (const field of [
      "no-store",
      "NO-STORE",
      "max-age=5,\tNo-Store ",
      ", ,no-store",
      "public, no-store, x",
    ])
      expect(CacheControl.parse(field).has("no-store"), field).toBe(true);
  });

  it("does not take a directive out of a quoted string", () => {
    for (const field of ['ext="no-store"', 'ext="a, no-store"', 'ext="\\", no-store"', 'ext="a=1; no-store"'])
      expect(CacheControl.parse(field).has("no-store"), field).toBe(false);
  });

  it("lets a quote that nothing closes hide nothing", () => {
    for (const field of ['ext="a, no-store', 'ext="\\", no-store', 'a="x", b="y, no-store'])
      expect(CacheControl.parse(field).has("no-store"), field).toBe(true);
  });

  it("names a malformed member by the token it begins with", () => {
    for (const field of ["private; max-age=60", "private max-age=60", "private =x", "max-age=60; private"])
      expect(CacheControl.parse(field).isUnqualified("private"), field).toBe(true);
    expect(parseDirectives('=5, "private", @x, (private)')).toEqual([]);
  });

  it("does not find a directive in the name of another", () => {
    expect(CacheControl.parse("x-private-ext, no-storex, max-age-x=5").has("private")).toBe(false);
  });

  it.each([
    ["max-age=60", 60],
    ['max-age="60"', 60],
    ["max-age=0060", 60],
    ["MAX-AGE=60", 60],
    ["max-age=4294967296", 2 ** 31],
    [`max-age=${"9".repeat(400)}`, 2 ** 31],
    ["max-age=60, max-age=5", 5],
    ["max-age=5, max-age=60", 5],
    ["max-age='60'", 0],
    ["max-age=60s", 0],
    ["max-age=-1", 0],
    ["max-age=1.5", 0],
    ["max-age=", 0],
    ["max-age", 0],
    ["max-age= 60", 0],
    ["max-age =60", 0],
    ["max-age=60 60", 0],
    ["max-age=60, max-age=x", 0],
    ["s-maxage=60", undefined],
    [null, undefined],
  ])("reads the seconds of %j as %j", (field, seconds) => {
    expect(CacheControl.parse(field).seconds("max-age")).toBe(seconds);
  });

  it.each([
    ['private="Set-Cookie"', ["set-cookie"]],
    ['private="a,\tB"', ["a", "b"]],
    ['max-age=5, private="a"', ["a"]],
    ["private", []],
    ["private=", []],
    ['private=""', []],
    ['private="a,"', []],
    ['private=" a"', []],
    ['private= "a"', []],
    ['private ="a"', []],
    ["private=a", []],
    ['private="a b"', []],
    ['private="a', []],
    ['private="a", private="b"', []],
    ['private="a", private', []],
  ])("%s is about the fields %j, and about the whole response where there are none", (field, names) => {
    const cacheControl = CacheControl.parse(field);
    expect(cacheControl.fieldNames("private")).toEqual(names);
    expect(cacheControl.isUnqualified("private")).toBe(names.length === 0);
  });

  it("tells max-stale of any age from one with a limit", () => {
    expect(CacheControl.parse("max-stale").isBare("max-stale")).toBe(true);
    expect(CacheControl.parse("max-stale=5").isBare("max-stale")).toBe(false);
    expect(CacheControl.parse("").isBare("max-stale")).toBe(false);
  });

  it("says nothing where the field is missing", () => {
    const nothing = CacheControl.parse(null);
    expect(nothing.has("private")).toBe(false);
    expect(nothing.isUnqualified("private")).toBe(false);
    expect(nothing.fieldNames("no-cache")).toEqual([]);
  });

  it("never throws, and only gives seconds in range", () => {
    fc.assert(
      fc.property(hostileField, (field) => {
        const cacheControl = CacheControl.parse(`max-age${field}`);
        const seconds = cacheControl.seconds("max-age");
        expect(seconds === undefined || (seconds >= 0 && seconds <= 2 ** 31)).toBe(true);
      }),
    );
  });

  it("finds what forbids, whatever stands before or behind it", () => {
    fc.assert(
      fc.property(hostileField, (field) => {
        expect(CacheControl.parse(`no-store, ${field}`).has("no-store")).toBe(true);
        fc.pre(!field.includes('"'));
        expect(CacheControl.parse(`${field}, no-store`).has("no-store")).toBe(true);
      }),
    );
  });

  it("is the same after it was written and read again", () => {
    const token = fc.stringMatching(/^[a-z\d!#$%&'*+.^_`|~-]{1,12}$/);
    const quoted = fc.stringMatching(/^([^"\\]|\\.){0,12}$/).map((text) => `"${text}"`);
    const directive = fc.record({
      name: token,
      argument: fc.oneof(fc.constant(undefined), token, quoted, fc.constant("")),
    });
    fc.assert(
      fc.property(fc.array(directive), (directives) => {
        expect(parseDirectives(formatDirectives(directives))).toEqual(directives);
      }),
    );
  });

  it("is read in linear time", PATIENT, () => {
    expectLinear((field) => CacheControl.parse(field).fieldNames("private"));
    expectLinear((field) => CacheControl.parse(`private="${field}"`).fieldNames("private"));
  });
});
