import { describe, expect, it } from "vitest";
import { lifetimeMs } from "../src/lifetime.js";

describe("a session lives", () => {
  it.each([
    ["as long as its maxAge was", { originalMaxAge: 5_000, maxAge: 100, expires: new Date(0) }, 5_000],
    ["as long as what is left of it", { maxAge: 100 }, 100],
    ["not at all where that is over", { originalMaxAge: -1 }, -1],
    [
      "for as long as is said elsewhere, where it ends with the browser",
      { originalMaxAge: null, expires: null },
      undefined,
    ],
    [
      "so too where that was asked for by false",
      { originalMaxAge: false, maxAge: false, expires: false },
      undefined,
    ],
    ["so too where its end is no date", { expires: "some day" }, undefined],
    ["so too without a cookie", undefined, undefined],
  ])("%s", (_what, cookie, expected) => {
    expect(lifetimeMs(cookie)).toBe(expected);
  });

  it.each([(date: Date) => date, (date: Date) => date.toISOString()])("until it expires", (form) => {
    const left = lifetimeMs({ originalMaxAge: null, expires: form(new Date(Date.now() + 60_000)) });
    expect(left).toBeGreaterThan(50_000);
    expect(left).toBeLessThanOrEqual(60_000);
  });
});
