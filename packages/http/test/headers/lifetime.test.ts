import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { addNeverCacheHeaders, patchResponseHeaders } from "../../src/headers/lifetime.js";

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2016, 6, 17, 10) + 999 });
});

afterEach(() => {
  vi.useRealTimers();
});

describe("patchResponseHeaders", () => {
  it.each([
    [60, "max-age=60", "Sun, 17 Jul 2016 10:01:00 GMT"],
    ["15m", "max-age=900", "Sun, 17 Jul 2016 10:15:00 GMT"],
    [0, "max-age=0", "Sun, 17 Jul 2016 10:00:00 GMT"],
    [-5, "max-age=0", "Sun, 17 Jul 2016 10:00:00 GMT"],
    [null, "max-age=600", "Sun, 17 Jul 2016 10:10:00 GMT"],
    [undefined, "max-age=600", "Sun, 17 Jul 2016 10:10:00 GMT"],
  ])("says of %j %s and %s", (seconds, cacheControl, expires) => {
    const headers = new Headers();
    patchResponseHeaders(headers, seconds);
    expect(Object.fromEntries(headers)).toEqual({ "cache-control": cacheControl, expires });
  });

  it("leaves an Expires and a smaller max-age as they are", () => {
    const headers = new Headers({ Expires: "Thu, 01 Jan 2099 00:00:00 GMT", "Cache-Control": "max-age=5" });
    patchResponseHeaders(headers, 60);
    expect(headers.get("Expires")).toBe("Thu, 01 Jan 2099 00:00:00 GMT");
    expect(headers.get("Cache-Control")).toBe("max-age=5");
  });

  it("refuses what is no timeout", () => {
    expect(() => patchResponseHeaders(new Headers(), "soon")).toThrow(
      new TypeError('seconds must be seconds, or a string like "5m"; got "soon"'),
    );
  });
});

describe("addNeverCacheHeaders", () => {
  it("says so in every way", () => {
    const headers = new Headers({ "Cache-Control": "public, max-age=60" });
    addNeverCacheHeaders(headers);
    expect(Object.fromEntries(headers)).toEqual({
      "cache-control": "max-age=0, no-cache, no-store, must-revalidate, private",
      expires: "Sun, 17 Jul 2016 10:00:00 GMT",
    });
  });
});
