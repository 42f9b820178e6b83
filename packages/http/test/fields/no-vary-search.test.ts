import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseNoVarySearch, queryUnder, type SearchRule } from "../../src/fields/no-vary-search.js";

const rule = (field: string) => parseNoVarySearch(field) as SearchRule;

describe("No-Vary-Search", () => {
  it.each([
    ["key-order", { ignoresOrder: true, ignoresAll: false, names: [] }],
    ["params", { ignoresOrder: false, ignoresAll: true, names: [] }],
    ['params=("b" "a" "b")', { ignoresOrder: false, ignoresAll: false, names: ["a", "b"] }],
    ['params, except=("id"), key-order', { ignoresOrder: true, ignoresAll: true, names: ["id"] }],
    ['params=("a+b" "%C3%A9")', { ignoresOrder: false, ignoresAll: false, names: ["a b", "é"] }],
  ])("is read: %s", (field, expected) => {
    expect(parseNoVarySearch(field)).toEqual(expected);
  });

  it.each([
    null,
    "",
    "params=?0",
    "key-order=?0",
    "params=()",
    "key-order=1",
    "params=a",
    'params="a"',
    "params=(a)",
    'except=("a")',
    'params=("a"), except=("b")',
    'params, except="a"',
    'params=("a"), other',
    'params=("a"',
  ])("has the whole query count where it says %s", (field) => {
    expect(parseNoVarySearch(field)).toBeUndefined();
  });

  it.each([
    ['params=("utm")', "a=1&utm=x", "a=1", true],
    ['params=("utm")', "utm=x", "", true],
    ['params=("utm")', "%61=1", "a=1", true],
    ['params=("utm")', "a=1&b=2", "b=2&a=1", false],
    ['params=("utm")', "a=1", "a=2", false],
    ["key-order", "a=1&b=2", "b=2&a=1", true],
    ["key-order", "a=1&a=2", "a=2&a=1", false],
    ['params, except=("id")', "id=1&x=2", "y&id=1", true],
    ['params, except=("id")', "id=1", "id=2", false],
    ["key-order", "a=%ff", "a=%fe", false],
  ])("%s: %s and %s are one page: %s", (field, one, other, isSame) => {
    expect(queryUnder(rule(field), one) === queryUnder(rule(field), other)).toBe(isSame);
  });
});

it("finds queries the same that differ only in what is ignored, and no others", () => {
  const word = fc.stringMatching(/^[a-c]{1,2}$/);
  const pairs = fc.array(fc.tuple(word, word), { maxLength: 6 });
  const text = (of: [string, string][]) => new URLSearchParams(of).toString();
  fc.assert(
    fc.property(pairs, pairs, fc.array(word), fc.boolean(), (one, other, names, ignoresAll) => {
      const under = { ignoresOrder: false, ignoresAll, names };
      const kept = (of: [string, string][]) => of.filter(([name]) => names.includes(name) === ignoresAll);
      const isSame = JSON.stringify(kept(one)) === JSON.stringify(kept(other));
      expect(queryUnder(under, text(one)) === queryUnder(under, text(other))).toBe(isSame);
      expect(queryUnder(under, text(one))).toBe(queryUnder(under, text(kept(one))));
    }),
  );
});
