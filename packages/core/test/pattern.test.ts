import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { globMatcher } from "../src/pattern.js";

describe("a pattern", () => {
  it.each([
    ["*", "", true],
    ["*", "anything:at all", true],
    ["user:*", "user:1", true],
    ["user:*", "user:", true],
    ["user:*", "users:1", false],
    ["*:name", "user:1:name", true],
    ["*:name", "user:1:names", false],
    ["a*b*c", "a1b2b3c", true],
    ["a*b*c", "acb", false],
    ["?", "é", true],
    ["?", "😀", true],
    ["?", "", false],
    ["?", "ab", false],
    ["a?c", "abc", true],
    ["[ab]", "a", false],
    ["[ab]", "[ab]", true],
    ["a\\*", "a\\xyz", true],
    ["a.c", "abc", false],
    ["**", "x", true],
    ["", "", true],
    ["", "x", false],
  ])("%j against %j is %j", (pattern, key, matched) => {
    expect(globMatcher(pattern)(key)).toBe(matched);
  });

  it("agrees with a regular expression made of it", () => {
    const text = fc.string({
      unit: fc.constantFrom("a", "b", "*", "?", ".", "\\", "[", "😀"),
      maxLength: 12,
    });
    fc.assert(
      fc.property(text, text, (pattern, key) => {
        const source = Array.from(pattern, (one) =>
          one === "*" ? ".*" : one === "?" ? "." : one.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"),
        );
        expect(globMatcher(pattern)(key)).toBe(new RegExp(`^${source.join("")}$`, "su").test(key));
      }),
    );
  });

  it("of many stars takes no exponential time", () => {
    expect(globMatcher(`${"a*".repeat(50)}b`)("a".repeat(5_000))).toBe(false);
  });

  it("must be text", () => {
    expect(() => globMatcher(5 as never)).toThrow(new TypeError("a pattern must be text; got 5"));
  });
});
