import fc from "fast-check";
import Negotiator from "negotiator";
import { describe, expect, it } from "vitest";
import {
  acceptedCodings,
  codingWeights,
  isKnownCoding,
  negotiateCoding,
} from "../../src/fields/accept-encoding.js";
import { expectLinear, hostileField, PATIENT } from "./hostile.js";

const OFFERED = ["br", "zstd", "gzip"];

describe("Accept-Encoding", () => {
  it.each([
    [null, undefined],
    ["", undefined],
    ["gzip", "gzip"],
    ["GZIP", "gzip"],
    ["x-gzip", "gzip"],
    ["gzip, deflate, br, zstd", "br"],
    ["gzip;q=1.0, br;q=0.5", "gzip"],
    ["gzip;q=0.5, br;q=0.5", "br"],
    ["gzip ; q=0.5 ,\tbr;Q=0.4", "gzip"],
    ["*", "br"],
    ["*, br;q=0", "zstd"],
    ["*;q=0.5, gzip", "gzip"],
    ["gzip;q=0", undefined],
    ["gzip;q=0.000", undefined],
    ["*;q=0", undefined],
    ["*;q=0, gzip", "gzip"],
    ["identity", undefined],
    ["identity;q=1, gzip;q=0.9", undefined],
    ["identity;q=0.5, gzip;q=0.5", "gzip"],
    ["identity;q=0, gzip;q=0.1", "gzip"],
    ["identity;q=0", undefined],
    ["deflate", undefined],
    ["gzipx, xgzip", undefined],
    ["gzip;q=2", undefined],
    ["gzip;q=0.1234", undefined],
    ["gzip;q=", undefined],
    ["gzip;level=9", undefined],
  ])("%j asks for %j", (field, coding) => {
    expect(negotiateCoding(field, OFFERED)).toBe(coding);
  });

  it.each([
    [null, "identity"],
    ["gzip, deflate, br, zstd", "br, deflate, gzip, identity, zstd"],
    ["zstd;q=0.1,  BR, deflate;q=0.9,gzip", "br, deflate, gzip, identity, zstd"],
    ["gzip, x-nonsense-1234", "gzip, identity"],
    ["gzip;q=0", "identity"],
    ["*", "br, compress, deflate, gzip, identity, zstd"],
    ["*;q=0, gzip", "gzip"],
  ])("%j is %j in a key", (field, codings) => {
    expect(acceptedCodings(field)).toBe(codings);
  });

  it("knows the codings that a key tells apart, and no others", () => {
    expect([null, "gzip", "GZIP", "br", "identity"].every(isKnownCoding)).toBe(true);
    expect(["dcb", "gzip, br", "", "gzip2"].some(isKnownCoding)).toBe(false);
  });

  it("accepts what negotiator accepts", () => {
    const coding = fc.constantFrom("br", "gzip", "zstd", "deflate", "identity", "*", "other");
    const weight = fc.constantFrom("", ";q=0", ";q=1", ";q=0.5", "; q=0.001", ";q=0.0");
    const members = fc.uniqueArray(fc.tuple(coding, weight), { selector: ([name]) => name, minLength: 1 });
    fc.assert(
      fc.property(members, (some) => {
        const field = some.map((parts) => parts.join("")).join(", ");
        const negotiator = new Negotiator({ headers: { "accept-encoding": field } });
        const weigh = codingWeights(field);
        for (const name of ["br", "gzip", "zstd", "deflate", "identity"])
          expect([name, weigh(name) > 0]).toEqual([name, negotiator.encodings([name]).length > 0]);
      }),
    );
  });

  it("has only so many forms in a key, whatever is read", () => {
    fc.assert(
      fc.property(hostileField, (field) => {
        const codings = acceptedCodings(field);
        expect(acceptedCodings(codings)).toBe(
          codings.includes("identity") ? codings : acceptedCodings(codings),
        );
        expect(codings.split(", ").length).toBeLessThanOrEqual(6);
      }),
    );
  });

  it("is read in linear time", PATIENT, () => {
    expectLinear(acceptedCodings);
    expectLinear((field) => negotiateCoding(field, OFFERED));
  });
});
