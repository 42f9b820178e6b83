import { describe, expect, it } from "vitest";
import { decidePage, type PageLifetimes } from "../../src/django/page-rules.js";
import { HeaderList, type HeaderPair } from "../../src/message/header-list.js";

const NOW = Date.now();
const SITE: PageLifetimes = { pageTtlMs: undefined, defaultTtlMs: 600_000 };
const PAGE: PageLifetimes = { pageTtlMs: 60_000, defaultTtlMs: 600_000 };

interface Given {
  lifetimes?: PageLifetimes;
  status?: number;
  request?: Record<string, string>;
}

function decided({ lifetimes = SITE, status = 200, request = {} }: Given, ...fields: HeaderPair[]) {
  const head = { status, reason: "", headers: new HeaderList(fields), inherited: new Set<string>() };
  const data = { method: "GET", url: "http://a/", headers: new Headers(request), source: {} };
  const storage = decidePage(data, head, lifetimes, { requestedAt: NOW, receivedAt: NOW });
  const { isStored } = storage;
  return {
    reason: isStored ? undefined : storage.reason,
    ttl: isStored && storage.ttlMs !== null ? storage.ttlMs / 1_000 : undefined,
    names: isStored ? storage.names : undefined,
    lifetime: isStored ? storage.times.lifetime : undefined,
    headers: head.headers,
  };
}

const cacheControl = (value: string): HeaderPair => ["Cache-Control", value];

describe("a page is stored", () => {
  it.each<[string, Parameters<typeof decided>, number, string]>([
    ["for the default", [{}], 600, "max-age=600"],
    ["for its max-age", [{}, cacheControl("max-age=5")], 5, "max-age=5"],
    ["for a quoted max-age", [{}, cacheControl('max-age="5"')], 5, "max-age=5"],
    ["for the smallest of several", [{}, cacheControl("max-age=9, max-age=5")], 5, "max-age=5"],
    ["whatever its s-maxage", [{}, cacheControl("s-maxage=5")], 600, "s-maxage=5, max-age=600"],
    [
      "for what an upstream left of its max-age",
      [{}, cacheControl("max-age=60"), ["Age", "50"]],
      10,
      "max-age=10",
    ],
    ["for the page's own timeout", [{ lifetimes: PAGE }], 60, "max-age=60"],
    ["for it though max-age is less", [{ lifetimes: PAGE }, cacheControl("max-age=5")], 60, "max-age=5"],
    ["for it though max-age is 0", [{ lifetimes: PAGE }, cacheControl("max-age=0")], 60, "max-age=0"],
    ["for it though max-age is more", [{ lifetimes: PAGE }, cacheControl("max-age=99")], 60, "max-age=60"],
    ["for it though max-age is odd", [{ lifetimes: PAGE }, cacheControl("max-age=abc")], 60, "max-age=60"],
    ["whose extension is quoted", [{}, cacheControl('x="no-store"')], 600, 'x="no-store", max-age=600'],
    ["whose directive only looks like one", [{}, cacheControl("x-private")], 600, "x-private, max-age=600"],
    [
      "whatever the request's Cache-Control",
      [{ request: { "Cache-Control": "no-store" } }],
      600,
      "max-age=600",
    ],
  ])("%s", (_name, response, ttl, field) => {
    const page = decided(...response);
    expect([page.reason, page.ttl, page.headers.get("Cache-Control")]).toEqual([undefined, ttl, field]);
  });

  it("for ever, as far as a field can say that", () => {
    const page = decided({ lifetimes: { pageTtlMs: null, defaultTtlMs: null } });
    expect(page.reason).toBeUndefined();
    expect(page.lifetime).toBe(2 ** 31);
    expect(page.headers.get("Cache-Control")).toBe("max-age=2147483648");
  });

  it("no longer than its Expires, which stays", () => {
    const soon = new Date(NOW + 30_000).toUTCString();
    const page = decided({}, ["Expires", soon]);
    expect(page.ttl).toBeGreaterThan(25);
    expect(page.ttl).toBeLessThanOrEqual(30);
    expect(page.headers.get("Expires")).toBe(soon);
    expect(decided({}, ["Expires", "Thu, 01 Jan 2099 00:00:00 GMT"]).ttl).toBe(600);
  });

  it("by the fields of its Vary, and for credentials apart", () => {
    expect(decided({}, ["Vary", "Cookie, Accept"]).names).toEqual(["accept", "authorization", "cookie"]);
    expect(decided({}, cacheControl("public")).names).toEqual([]);
  });

  it("with Vary: Authorization, if that was sent and the page is not public", () => {
    const request = { Authorization: "Bearer x" };
    expect(decided({ request }).headers.get("Vary")).toBe("Authorization");
    expect(decided({ request }, cacheControl("Public")).headers.get("Vary")).toBeNull();
    expect(decided({ request: { Authorization: "" } }).headers.get("Vary")).toBeNull();
  });

  it("for the origin that asked, if it says that it varies on that", () => {
    const request = { Origin: "http://b" };
    expect(
      decided({ request }, ["Access-Control-Allow-Origin", "http://b"], ["Vary", "Origin"]).reason,
    ).toBeUndefined();
  });
});

describe("a page is neither stored nor given a lifetime", () => {
  it.each<[string, Parameters<typeof decided>, string]>([
    ["of another status", [{ status: 404 }], "status"],
    ["that moved", [{ status: 301 }, cacheControl("max-age=5")], "status"],
    ["that failed", [{ status: 500 }], "status"],
    ["in part", [{ status: 206 }], "status"],
    ["with a cookie", [{}, ["Set-Cookie", "a=b"]], "set-cookie"],
    [
      "with a cookie, of a visitor with cookies",
      [{ request: { Cookie: "a=b" } }, ["set-cookie", "a=c"]],
      "set-cookie",
    ],
    ["that is private", [{}, cacheControl("PRIVATE")], "private"],
    ["that is private in part", [{}, cacheControl('private="x"')], "private"],
    ["that is private by a mistaken comma", [{}, cacheControl("private; max-age=60")], "private"],
    ["not to be kept", [{}, cacheControl("max-age=60 ,\tNo-Store")], "no-store"],
    ["to be asked for", [{ lifetimes: PAGE }, cacheControl("no-cache")], "no-cache"],
    ["that varies on everything", [{}, ["Vary", "Accept,\t*"]], "vary"],
    ["whose Vary is no list of fields", [{}, ["Vary", "Accept Cookie"]], "vary"],
    [
      "for the origin that asked",
      [{ request: { Origin: "http://b" } }, ["Access-Control-Allow-Origin", "http://b"]],
      "origin",
    ],
    ["whose max-age is 0", [{}, cacheControl("max-age=0")], "stale"],
    ["whose max-age is odd", [{}, cacheControl("max-age=1h")], "stale"],
    ["whose max-age was used up", [{}, cacheControl("max-age=60"), ["Age", "60"]], "stale"],
    ["whose Expires is past", [{}, ["Expires", "0"]], "stale"],
  ])("%s", (_name, [given, ...fields], reason) => {
    const page = decided(given, ...fields);
    expect(page.reason).toBe(reason);
    expect([...page.headers]).toEqual(fields);
  });
});

describe("a page is given a lifetime, but not stored", () => {
  it.each<[string, Parameters<typeof decided>, string, string]>([
    ["that has not changed", [{ status: 304 }], "status", "max-age=600"],
    ["for no time", [{ lifetimes: { pageTtlMs: 0, defaultTtlMs: 0 } }], "timeout", "max-age=0"],
  ])("%s", (_name, response, reason, field) => {
    const page = decided(...response);
    expect([page.reason, page.headers.get("Cache-Control")]).toEqual([reason, field]);
    expect(page.headers.has("Expires")).toBe(true);
  });
});
