import { describe, expect, it } from "vitest";
import type { Entry } from "../../src/entry/entry.js";
import { HeaderList } from "../../src/message/header-list.js";
import { mayStandIn, standingFor, standingOf, wantsOnlyStored } from "../../src/rfc/standing.js";
import { updatedHeaders } from "../../src/rfc/update.js";

const STORED_AT = 1_000_000;
const at = (seconds: number) => STORED_AT + seconds * 1_000;

function entry(times: Partial<Entry["times"]> = {}): Entry {
  return {
    status: 200,
    reason: "",
    headers: new HeaderList(),
    body: new Uint8Array(),
    times: {
      storedAt: STORED_AT,
      initialAge: 10,
      lifetime: 60,
      staleWhileRevalidate: 0,
      staleIfError: 0,
      mustValidate: false,
      mayBeStale: true,
      ...times,
    },
  };
}

function asking(control: string, name = "Cache-Control") {
  return { method: "GET", url: "http://a/", headers: new HeaderList([[name, control]]), source: {} };
}

describe("an entry", () => {
  it("is fresh until its lifetime is over, the time before it was stored included", () => {
    expect(standingOf(entry(), at(49))).toBe("fresh");
    expect(standingOf(entry(), at(50))).toBe("stale");
    expect(standingOf(entry({ mustValidate: true }), at(0))).toBe("stale");
  });

  it("is served and refreshed behind within its window", () => {
    expect(standingOf(entry({ staleWhileRevalidate: 5 }), at(54))).toBe("behind");
    expect(standingOf(entry({ staleWhileRevalidate: 5 }), at(55))).toBe("stale");
  });

  it("stands in for a handler that failed within its window", () => {
    expect(mayStandIn(entry({ staleIfError: 5 }), at(54))).toBe(true);
    expect(mayStandIn(entry({ staleIfError: 5 }), at(55))).toBe(false);
    expect(mayStandIn(entry(), at(51))).toBe(false);
  });

  it.each([
    ["no-cache", 0, "stale"],
    ["max-age=5", 0, "stale"],
    ["max-age=20", 5, "fresh"],
    ["min-fresh=40", 5, "fresh"],
    ["min-fresh=50", 5, "stale"],
    ["max-stale=10", 55, "fresh"],
    ["max-stale=10", 65, "stale"],
    ["max-stale", 500, "fresh"],
  ])("is for who asks for %s after %i s %s", (control, seconds, standing) => {
    const now = at(seconds);
    expect(standingFor(asking(control), entry(), standingOf(entry(), now), now)).toBe(standing);
  });

  it("is not served stale to who would take it, where the response forbids that", () => {
    expect(standingFor(asking("max-stale"), entry({ mayBeStale: false }), "stale", at(60))).toBe("stale");
  });

  it("is validated for Pragma: no-cache where there is no Cache-Control", () => {
    expect(standingFor(asking("no-cache", "Pragma"), entry(), "fresh", at(0))).toBe("stale");
  });
});

it("knows who wants nothing but what is stored", () => {
  expect(wantsOnlyStored(asking("only-if-cached"))).toBe(true);
  expect(wantsOnlyStored(asking("max-age=0"))).toBe(false);
});

it("updates the fields of an entry by those of a 304, but those about its body", () => {
  const stored = new HeaderList([
    ["A", "1"],
    ["B", "1"],
    ["B", "2"],
    ["Content-Length", "5"],
    ["Content-Type", "text/html"],
  ]);
  const fresh = new HeaderList([
    ["b", "3"],
    ["b", "4"],
    ["C", "1"],
    ["Content-Length", "0"],
    ["Content-Type", "text/plain"],
  ]);
  expect([...updatedHeaders(stored, fresh)]).toEqual([
    ["A", "1"],
    ["Content-Length", "5"],
    ["Content-Type", "text/html"],
    ["b", "3"],
    ["b", "4"],
    ["C", "1"],
  ]);
});
