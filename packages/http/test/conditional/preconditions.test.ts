import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluatePreconditions, ifRangeMatches } from "../../src/conditional/preconditions.js";
import type { Validators } from "../../src/conditional/validators.js";
import { hostileField } from "../fields/hostile.js";

const CHANGED = Date.UTC(2007, 9, 21, 23, 21, 47) + 500;
const THEN = "Sun, 21 Oct 2007 23:21:47 GMT";
const BEFORE = "Sat, 20 Oct 2007 23:21:47 GMT";
const LATER = "Mon, 18 Oct 2010 16:56:23 GMT";
const BOTH: Validators = { etag: '"b4"', lastModified: CHANGED };
const TAG: Validators = { etag: '"b4"' };
const DATE: Validators = { lastModified: CHANGED };

function outcome(fields: Record<string, string>, current: Validators, method = "GET"): string {
  return evaluatePreconditions({ method, headers: new Headers(fields) }, current);
}

describe("the conditions of a request", () => {
  // Django's tests/conditional_processing, one row for each of its requests.
  it.each<[Record<string, string>, Validators, string]>([
    [{}, BOTH, "proceed"],
    [{ "If-Modified-Since": THEN }, BOTH, "not-modified"],
    [{ "If-Modified-Since": LATER }, BOTH, "not-modified"],
    [{ "If-Modified-Since": "Mon, 32 Oct 2010 16:56:23 GMT" }, BOTH, "proceed"],
    [{ "If-Modified-Since": BEFORE }, BOTH, "proceed"],
    [{ "If-Unmodified-Since": THEN }, BOTH, "proceed"],
    [{ "If-Unmodified-Since": LATER }, BOTH, "proceed"],
    [{ "If-Unmodified-Since": "Mon, 32 Oct 2010 16:56:23 GMT" }, BOTH, "proceed"],
    [{ "If-Unmodified-Since": BEFORE }, BOTH, "failed"],
    [{ "If-None-Match": '"b4"' }, BOTH, "not-modified"],
    [{ "If-None-Match": '"x"' }, BOTH, "proceed"],
    [{ "If-None-Match": 'W/"b4"' }, BOTH, "not-modified"],
    [{ "If-None-Match": '"b4", "x"' }, BOTH, "not-modified"],
    [{ "If-None-Match": "*" }, BOTH, "not-modified"],
    [{ "If-None-Match": '"b4", *' }, TAG, "not-modified"],
    [{ "If-None-Match": "b4" }, BOTH, "proceed"],
    [{ "If-Match": '"b4"' }, BOTH, "proceed"],
    [{ "If-Match": '"x"' }, BOTH, "failed"],
    [{ "If-Match": "*" }, BOTH, "proceed"],
    [{ "If-Match": 'W/"b4"' }, BOTH, "failed"],
    [{ "If-Match": '"b4"' }, { etag: 'W/"b4"' }, "failed"],
    [{ "If-Match": "b4" }, BOTH, "proceed"],
    [{ "If-None-Match": '"b4"', "If-Modified-Since": THEN }, BOTH, "not-modified"],
    [{ "If-None-Match": '"b4"', "If-Modified-Since": BEFORE }, BOTH, "not-modified"],
    [{ "If-None-Match": '"x"', "If-Modified-Since": THEN }, BOTH, "proceed"],
    [{ "If-None-Match": '"x"', "If-Modified-Since": BEFORE }, BOTH, "proceed"],
    [{ "If-Match": '"b4"', "If-Unmodified-Since": THEN }, BOTH, "proceed"],
    [{ "If-Match": '"x"', "If-Unmodified-Since": THEN }, BOTH, "failed"],
    [{ "If-Match": '"b4"', "If-Unmodified-Since": BEFORE }, BOTH, "proceed"],
    [{ "If-Match": '"b4"', "If-None-Match": '"b4"' }, BOTH, "not-modified"],
    [{ "If-Unmodified-Since": THEN, "If-None-Match": '"x"' }, BOTH, "proceed"],
    [{ "If-Modified-Since": THEN }, DATE, "not-modified"],
    [{ "If-Modified-Since": THEN }, TAG, "proceed"],
    [{ "If-None-Match": '"b4"' }, DATE, "proceed"],
    [{ "If-Match": '"b4"' }, DATE, "failed"],
    [{ "If-Unmodified-Since": BEFORE }, DATE, "failed"],
    [{ "If-Unmodified-Since": BEFORE }, TAG, "failed"],
  ])("%j on %j: %s", (fields, current, expected) => {
    expect(outcome(fields, current)).toBe(expected);
    expect(outcome(fields, current, "HEAD")).toBe(expected);
    const unsafe = "If-None-Match" in fields ? "failed" : "proceed";
    expect(outcome(fields, current, "PUT")).toBe(expected === "not-modified" ? unsafe : expected);
  });

  it("of a star depend on whether there is something", () => {
    const nothing: Validators = {};
    expect(outcome({ "If-None-Match": "*" }, nothing, "PUT")).toBe("proceed");
    expect(outcome({ "If-Match": "*" }, nothing, "PUT")).toBe("failed");
    expect(outcome({ "If-None-Match": "*" }, { exists: true }, "PUT")).toBe("failed");
    expect(outcome({ "If-Match": "*" }, { exists: true }, "PUT")).toBe("proceed");
  });

  it("never throw", () => {
    const text = hostileField.map((field) => field.replace(/[^\t\x20-\x7e]/g, ""));
    fc.assert(
      fc.property(text, text, (match, noneMatch) => {
        const fields = { "If-Match": match, "If-None-Match": noneMatch, "If-Modified-Since": match };
        expect(["proceed", "not-modified", "failed"]).toContain(outcome(fields, BOTH));
      }),
    );
  });
});

describe("If-Range", () => {
  const much = CHANGED + 60_000;

  it.each<[string | undefined, Validators, number | undefined, boolean]>([
    [undefined, {}, undefined, true],
    ['"b4"', BOTH, much, true],
    ['"x"', BOTH, much, false],
    ['W/"b4"', { etag: 'W/"b4"' }, much, false],
    ['"b4", "x"', BOTH, much, false],
    [THEN, BOTH, much, true],
    [LATER, BOTH, much, false],
    [THEN, BOTH, CHANGED, false],
    [THEN, BOTH, undefined, false],
    [THEN, TAG, much, false],
  ])("%s on %j, dated %s: %s", (condition, current, date, holds) => {
    const headers = new Headers(condition === undefined ? {} : { "If-Range": condition });
    expect(ifRangeMatches({ headers }, { ...current, date })).toBe(holds);
  });
});
