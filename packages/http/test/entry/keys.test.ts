import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashOf, originOf, recordKey, variantKey } from "../../src/entry/keys.js";

describe("the key of a URL", () => {
  it.each([
    ["HTTP://Example.COM/a", "http://example.com/a"],
    ["http://example.com:80/a", "http://example.com/a"],
    ["https://example.com:443/a?b", "https://example.com/a?b"],
    ["http://example.com", "http://example.com/"],
    ["http://example.com/a#b", "http://example.com/a"],
    ["http://example.com?a", "http://example.com/?a"],
  ])("is for %s that of %s", (one, other) => {
    expect(recordKey(one)).toBe(recordKey(other));
  });

  it.each([
    ["http://example.com/a", "https://example.com/a"],
    ["http://example.com/a", "http://example.com/A"],
    ["http://example.com/a", "http://example.com/%61"],
    ["http://example.com/a/../b", "http://example.com/b"],
    ["http://example.com/?a=1&b=2", "http://example.com/?b=2&a=1"],
    ["http://example.com/?a", "http://example.com/?a="],
    ["http://example.com:8080/", "http://example.com/"],
    ["http://example.com/", "http://www.example.com/"],
  ])("tells %s from %s", (one, other) => {
    expect(recordKey(one)).not.toBe(recordKey(other));
  });
});

describe("the key of a variant", () => {
  const place = { record: "r", generation: "g", scope: "s" };
  const keyFor = (fields: Record<string, string | undefined>) => variantKey(place, Object.entries(fields));

  it("differs where a field is absent, empty, or another's", () => {
    const keys = [{ a: undefined }, { a: "" }, { a: "b" }, { b: "a" }, { a: "b", c: "" }, {}].map(keyFor);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("differs by layer, prefix and generation", () => {
    const keys = [place, { ...place, scope: "t" }, { ...place, generation: "h" }].map((one) =>
      variantKey(one, []),
    );
    expect(new Set(keys).size).toBe(3);
  });
});

it("hashes different lists differently, however they are cut", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.string()), (one, other) => {
      const isSame = one.length === other.length && one.every((part, at) => part === other[at]);
      expect(hashOf(one) === hashOf(other)).toBe(isSame);
    }),
  );
  expect(hashOf(["ab", "c"])).not.toBe(hashOf(["a", "bc"]));
});

it("tells the origin of a URL", () => {
  expect(originOf("HTTPS://Example.com:443/a/b?c")).toBe("https://example.com");
});
