import { describe, expect, it } from "vitest";
import { hasVaryHeader, patchVaryHeaders } from "../../src/headers/vary.js";

function patched(before: string | null, names: readonly string[]): string | null {
  const headers = new Headers(before === null ? [] : [["Vary", before]]);
  patchVaryHeaders(headers, names);
  return headers.get("Vary");
}

describe("patchVaryHeaders", () => {
  // Django's own table, tests/cache/tests.py.
  it.each([
    [null, ["Accept-Encoding"], "Accept-Encoding"],
    ["Accept-Encoding", ["accept-encoding"], "Accept-Encoding"],
    ["Accept-Encoding", ["ACCEPT-ENCODING"], "Accept-Encoding"],
    ["Cookie", ["Accept-Encoding"], "Cookie, Accept-Encoding"],
    ["Cookie, Accept-Encoding", ["Accept-Encoding"], "Cookie, Accept-Encoding"],
    ["Cookie, Accept-Encoding", ["Accept-Encoding", "cookie"], "Cookie, Accept-Encoding"],
    [null, ["Accept-Encoding", "COOKIE"], "Accept-Encoding, COOKIE"],
    ["Cookie,     Accept-Encoding", ["Accept-Encoding", "cookie"], "Cookie, Accept-Encoding"],
    ["Cookie    ,     Accept-Encoding", ["Accept-Encoding", "cookie"], "Cookie, Accept-Encoding"],
    [null, ["*"], "*"],
    ["*", ["Accept-Language", "Cookie"], "*"],
    ["Accept-Language, Cookie", ["*"], "*"],
    ["Accept-Language, *", ["Cookie"], "*"],
    ["*,Cookie", ["Cookie"], "*"],
  ])("makes of %j and %j %j, as Django does", (before, names, after) => {
    expect(patched(before, names)).toBe(after);
  });

  it.each([
    ["Accept,\tCookie", ["Cookie"], "Accept, Cookie"],
    ["", ["Cookie"], "Cookie"],
    [null, ["Cookie", "COOKIE"], "Cookie"],
    [null, [], null],
  ])("makes of %j and %j %j", (before, names, after) => {
    expect(patched(before, names)).toBe(after);
  });

  it("refuses what is no name", () => {
    expect(() => patched(null, ["a, b"])).toThrow(
      new TypeError('a name for Vary must be that of a field, like "Cookie", or "*"; got "a, b"'),
    );
  });
});

describe("hasVaryHeader", () => {
  it.each([
    ["Cookie", "cookie", true],
    ["Accept,\tCookie ", "COOKIE", true],
    ["Accept-Cookie", "Cookie", false],
    ["*", "Cookie", false],
    ["*", "*", true],
    [null, "Cookie", false],
  ])("%j has %j: %s", (field, name, has) => {
    expect(hasVaryHeader(new Headers(field === null ? [] : [["Vary", field]]), name)).toBe(has);
  });
});
