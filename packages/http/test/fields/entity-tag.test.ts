import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isEntityTag,
  parseEntityTags,
  quoteTag,
  strongMatch,
  weaken,
  weakMatch,
} from "../../src/fields/entity-tag.js";
import { expectLinear, hostileField, PATIENT } from "./hostile.js";

describe("an entity tag", () => {
  it.each([
    ['"a"', ['"a"']],
    ['"a", W/"b"', ['"a"', 'W/"b"']],
    ['"a"\t,\t"b"', ['"a"', '"b"']],
    ['"a","b"', ['"a"', '"b"']],
    ['"a, b", "c"', ['"c"']],
    ['"a,b", "c"', ['"a,b"', '"c"']],
    ['""', ['""']],
    ['a, "b"', ['"b"']],
    ['w/"a", "b"', ['"b"']],
    ['"a" "b", "c"', ['"c"']],
    ['"a", *', ['"a"']],
    ['"a', []],
    ["", []],
    [" * ", "*"],
  ])("is read from the list %s", (field, tags) => {
    expect(parseEntityTags(field)).toEqual(tags);
  });

  // The table of RFC 9110 §8.8.3.2.
  it.each([
    ['W/"1"', 'W/"1"', false, true],
    ['W/"1"', 'W/"2"', false, false],
    ['W/"1"', '"1"', false, true],
    ['"1"', '"1"', true, true],
  ])("%s and %s match strongly: %s, weakly: %s", (one, other, strong, weak) => {
    expect([strongMatch(one, other), weakMatch(one, other)]).toEqual([strong, weak]);
    expect([strongMatch(other, one), weakMatch(other, one)]).toEqual([strong, weak]);
  });

  it("is weakened once", () => {
    expect(weaken('"a"')).toBe('W/"a"');
    expect(weaken('W/"a"')).toBe('W/"a"');
  });

  it("gets the quotes that it lacks", () => {
    expect([quoteTag("a"), quoteTag('"a"'), quoteTag('W/"a"')]).toEqual(['"a"', '"a"', 'W/"a"']);
  });

  it("is found in a list, whatever stands before it", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[!#-~]{0,9}$/)), hostileField, (texts, rest) => {
        const tags = texts.map((text) => `"${text}"`);
        expect(parseEntityTags([...tags, rest].join(", ")).slice(0, tags.length)).toEqual(
          tags.length === 0 ? [] : tags,
        );
      }),
    );
  });

  it("is all that a list gives, whatever is read", () => {
    fc.assert(
      fc.property(hostileField, (field) => {
        const tags = parseEntityTags(field);
        expect(tags === "*" || tags.every(isEntityTag)).toBe(true);
      }),
    );
  });

  it("is read in linear time", PATIENT, () => {
    expectLinear(parseEntityTags);
  });
});
