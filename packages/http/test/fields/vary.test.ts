import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseVary } from "../../src/fields/vary.js";
import { expectLinear, hostileField, PATIENT } from "./hostile.js";

describe("Vary", () => {
  it.each([
    [null, []],
    ["", []],
    [" , ", []],
    ["Cookie", ["cookie"]],
    ["Cookie, accept-language", ["accept-language", "cookie"]],
    ["\tCookie\t,\tcookie , COOKIE", ["cookie"]],
    ["*", undefined],
    ["Cookie, *", undefined],
    ["*,Cookie", undefined],
    ["Cookie,\t*\t", undefined],
    ["Cookie Accept", undefined],
    ['"Cookie"', undefined],
    ["Cookie; Accept", undefined],
    ["Cookié", undefined],
  ])("%j names %j", (field, names) => {
    expect(parseVary(field)).toEqual(names);
  });

  it("gives no order and no letter case away", () => {
    const names = fc.array(fc.stringMatching(/^[A-Za-z-]{1,9}$/));
    fc.assert(
      fc.property(names, (some) => {
        const other = some.map((name) => name.toUpperCase()).reverse();
        expect(parseVary(some.join(","))).toEqual(parseVary(other.join(" ,\t")));
      }),
    );
  });

  it("never throws, and gives only names that are sorted", () => {
    fc.assert(
      fc.property(hostileField, (field) => {
        const names = parseVary(field) ?? [];
        expect([...names].sort()).toEqual(names);
        expect(names).not.toContain("*");
      }),
    );
  });

  it("is read in linear time", PATIENT, () => {
    expectLinear(parseVary);
  });
});
