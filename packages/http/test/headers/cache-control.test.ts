import { describe, expect, it } from "vitest";
import { getMaxAge, patchCacheControl } from "../../src/headers/cache-control.js";
import type { CacheControlDirectives } from "../../src/headers/directives.js";
import { HeaderList } from "../../src/message/header-list.js";

function patched(before: string | null, directives: CacheControlDirectives): string | null {
  const headers = new Headers(before === null ? [] : [["Cache-Control", before]]);
  patchCacheControl(headers, directives);
  return headers.get("Cache-Control");
}

describe("patchCacheControl", () => {
  // Django's own table, tests/cache/tests.py.
  it.each([
    [null, { private: true }, "private"],
    ["", { private: true }, "private"],
    [null, { noCache: true }, "no-cache"],
    ["", { noCache: true }, "no-cache"],
    ["", { noCache: "Set-Cookie" }, "no-cache=Set-Cookie"],
    ["no-cache=Set-Cookie", { noCache: true }, "no-cache"],
    ["no-cache=Set-Cookie,no-cache=Link", { noCache: true }, "no-cache"],
    ["no-cache=Set-Cookie", { noCache: "Link" }, "no-cache=Set-Cookie, no-cache=Link"],
    [
      "no-cache=Set-Cookie,no-cache=Link",
      { noCache: "Custom" },
      "no-cache=Set-Cookie, no-cache=Link, no-cache=Custom",
    ],
    ["private", { private: true }, "private"],
    ["private", { public: true }, "public"],
    ["public", { public: true }, "public"],
    ["public", { private: true }, "private"],
    ["must-revalidate,max-age=60,private", { public: true }, "must-revalidate, max-age=60, public"],
    ["must-revalidate,max-age=60,public", { private: true }, "must-revalidate, max-age=60, private"],
    ["must-revalidate,max-age=60", { public: true }, "must-revalidate, max-age=60, public"],
  ])("makes of %j and %j %j, as Django does", (before, directives, after) => {
    expect(patched(before, directives)).toBe(after);
  });

  it.each([
    [null, {}, null],
    [null, { private: false, public: null, maxAge: undefined }, null],
    ["public", { private: false }, "public"],
    ["max-age=60", { maxAge: 30 }, "max-age=30"],
    ["max-age=30", { maxAge: 60 }, "max-age=30"],
    ["max-age=50, private, max-age=40", { maxAge: 60 }, "max-age=40, private"],
    ["max-age=abc", { maxAge: 60 }, "max-age=60"],
    ['max-age="30"', { maxAge: 60 }, "max-age=30"],
    [null, { maxAge: "5m" }, "max-age=300"],
    [null, { maxAge: 1.9 }, "max-age=1"],
    [null, { maxAge: -1 }, "max-age=0"],
    [null, { maxAge: Number.POSITIVE_INFINITY }, "max-age=2147483648"],
    ["MAX-AGE=60", { maxAge: 30 }, "max-age=30"],
    [null, { sMaxage: 5, sMaxAge: 6 }, "s-maxage=6"],
    ["s-maxage=5", { sMaxage: 60 }, "s-maxage=60"],
    [null, { staleWhileRevalidate: "1m", staleIfError: 5 }, "stale-while-revalidate=60, stale-if-error=5"],
    [null, { must_revalidate: true, "no-store": true }, "must-revalidate, no-store"],
    [null, { public: true, private: true }, "public, private"],
    [null, { private: ["Set-Cookie", "Link"] }, 'private="Set-Cookie, Link"'],
    [null, { community: '"UCI, x"', level: 3 }, 'community="UCI, x", level=3'],
    ['ext="a, b", private', { maxAge: 5 }, 'ext="a, b", private, max-age=5'],
    ["private;max-age=9", { maxAge: 5 }, "private, max-age=5"],
  ] as const)("makes of %j and %j %j", (before, directives, after) => {
    expect(patched(before, directives)).toBe(after);
  });

  it.each([
    [{ maxAge: true }, 'maxAge must be seconds, or a string like "5m"; got true'],
    [{ maxAge: "5" }, 'maxAge must be seconds, or a string like "5m"; got "5"'],
    [{ noCache: "a\r\nX: y" }, 'noCache must be true, a token or a list of field names; got "a\\r\\nX: y"'],
    [{ private: "a, no-store" }, 'private must be true, a token or a list of field names; got "a, no-store"'],
    [{ private: ["a b"] }, "private must be true, a token or a list of field names; got an array"],
    [{ "a b": true }, 'a directive of Cache-Control must be a token; got "a b"'],
  ])("refuses %j", (directives, message) => {
    expect(() => patched(null, directives as CacheControlDirectives)).toThrow(new TypeError(message));
  });

  it("makes one line of several", () => {
    const headers = new HeaderList([
      ["cache-control", "private"],
      ["X", "y"],
      ["Cache-Control", "no-store"],
    ]);
    patchCacheControl(headers, { maxAge: 5 });
    expect([...headers]).toEqual([
      ["cache-control", "private, no-store, max-age=5"],
      ["X", "y"],
    ]);
  });
});

describe("getMaxAge", () => {
  it.each([
    ["max-age=60", 60],
    ["private, MAX-AGE=60", 60],
    ['max-age="60"', 60],
    ["max-age=60, max-age=5", 5],
    ["max-age=0", 0],
    ["s-maxage=60", undefined],
    ["max-age", undefined],
    ["max-age=", undefined],
    ["max-age=abc", undefined],
    ["max-age=-3", undefined],
    ["max-age=60, max-age=abc", undefined],
    ["", undefined],
    [null, undefined],
  ])("reads %j as %j", (field, seconds) => {
    expect(getMaxAge(new Headers(field === null ? [] : [["Cache-Control", field]]))).toBe(seconds);
  });
});
