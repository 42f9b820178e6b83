import { describe, expect, it } from "vitest";
import type { Stored } from "../../src/cache/policy.js";
import { HeaderList, type HeaderPair } from "../../src/message/header-list.js";
import { decideStorage, type StorageRules } from "../../src/rfc/storage.js";

const NOW = Date.UTC(2026, 0, 1);
const RULES: StorageRules = {
  targets: ["CDN-Cache-Control"],
  stripsCookies: false,
  keepStale: 100,
  staleIfError: 0,
};
const date = (seconds: number) => new Date(NOW + seconds * 1_000).toUTCString();

interface Case {
  status?: number;
  asked?: HeaderPair[];
  rules?: Partial<StorageRules>;
}

function decide(fields: HeaderPair[], { status = 200, asked = [], rules = {} }: Case = {}) {
  const request = { method: "GET", url: "http://a.example/", headers: new HeaderList(asked), source: {} };
  const head = { status, reason: "", headers: new HeaderList(fields) };
  return decideStorage(request, head, { ...RULES, ...rules }, { requestedAt: NOW, receivedAt: NOW });
}

function stored(fields: HeaderPair[], options?: Case): Stored {
  const storage = decide(fields, options);
  if (!storage.isStored) throw new Error(`not stored: ${storage.reason}`);
  return storage;
}

const cc = (value: string): HeaderPair => ["Cache-Control", value];

describe("a shared cache stores", () => {
  it.each<[string, HeaderPair[], number]>([
    ["max-age", [cc("max-age=60")], 60],
    ["s-maxage before max-age", [cc("max-age=60, s-maxage=10")], 10],
    ["the smaller of two", [cc("max-age=60"), cc("max-age=10")], 10],
    ["max-age before Expires", [cc("max-age=60"), ["Expires", date(-5)]], 60],
    [
      "Expires",
      [
        ["Expires", date(90)],
        ["Date", date(0)],
      ],
      90,
    ],
    [
      "Expires from a Date that is none",
      [
        ["Expires", date(90)],
        ["Date", "today"],
      ],
      90,
    ],
    ["a tenth of the time since the last change", [["Last-Modified", date(-1_000)]], 100],
    ["a day of a century", [["Last-Modified", date(-3_000_000_000)]], 86_400],
    ["a targeted field", [cc("no-store"), ["CDN-Cache-Control", "max-age=7"], ["Expires", date(-5)]], 7],
    ["no targeted field that cannot be read", [cc("max-age=9"), ["CDN-Cache-Control", "max-age=7, &"]], 9],
    ["no targeted field of a wrong type", [cc("max-age=9"), ["CDN-Cache-Control", 'max-age="7"']], 9],
    ["no empty targeted field", [cc("max-age=9"), ["CDN-Cache-Control", ""]], 9],
  ])("for as long as %s says", (_what, fields, lifetime) => {
    expect(stored(fields).times.lifetime).toBe(lifetime);
  });

  it.each([299, 301, 404, 500, 599])("a %i that says how long it is good", (status) => {
    expect(stored([cc("max-age=60")], { status }).isStored).toBe(true);
  });

  it("what must be understood, and is, in spite of no-store", () => {
    expect(decide([cc("max-age=60, no-store, must-understand")]).isStored).toBe(true);
  });

  it.each(["public", "s-maxage=60", "must-revalidate"])("an answer to Authorization that says %s", (word) => {
    const asked: HeaderPair[] = [["Authorization", "Basic x"]];
    expect(decide([cc(`max-age=60, ${word}`)], { asked }).isStored).toBe(true);
  });

  it("all but the fields that private and no-cache name", () => {
    expect(stored([cc('max-age=60, private="X-A", no-cache="X-B, X-C"')]).left).toEqual([
      "x-a",
      "x-b",
      "x-c",
    ]);
  });

  it("a response without its cookies, where it is told to", () => {
    const fields: HeaderPair[] = [cc("max-age=60"), ["Set-Cookie", "a=1"]];
    expect(stored(fields, { rules: { stripsCookies: true } }).left).toContain("set-cookie");
  });

  it("what is to be validated each time, or has no lifetime, where it can be validated", () => {
    expect(stored([cc("no-cache"), ["ETag", '"a"']]).times.mustValidate).toBe(true);
    expect(stored([["ETag", '"a"']]).times.lifetime).toBe(0);
  });

  it("for the time that is left of the lifetime, and what stale use and validation need", () => {
    expect(stored([cc("max-age=60"), ["Age", "20"]]).ttlMs).toBe(40_000);
    expect(stored([cc("max-age=60"), ["ETag", '"a"']]).ttlMs).toBe(160_000);
    expect(stored([cc("max-age=60, stale-while-revalidate=30, stale-if-error=40")]).ttlMs).toBe(100_000);
    expect(stored([cc("max-age=60")], { rules: { staleIfError: 50 } }).times.staleIfError).toBe(50);
  });

  it("how old the response was", () => {
    expect(stored([cc("max-age=60"), ["Age", "20"]]).times.initialAge).toBe(20);
    expect(stored([cc("max-age=60"), ["Date", date(-30)]]).times.initialAge).toBe(30);
    expect(stored([cc("max-age=60"), ["Age", "x"]]).times.initialAge).toBe(0);
  });

  it("with the groups of the response as tags of its origin", () => {
    const [one, two] = stored([cc("max-age=60"), ["Cache-Groups", '"one", "two"']]).tags;
    expect(one).toContain("http://a.example");
    expect(one).not.toBe(two);
    expect(stored([cc("max-age=60"), ["Cache-Groups", "one"]]).tags).toEqual([]);
  });
});

describe("a shared cache does not store", () => {
  it.each<[string, HeaderPair[], Case]>([
    ["no-store", [cc("max-age=60, NO-STORE")], {}],
    ["private", [cc("max-age=60, Private")], {}],
    ["set-cookie", [cc("max-age=60"), ["Set-Cookie", "a=1"]], {}],
    ["vary", [cc("max-age=60"), ["Vary", "A, *"]], {}],
    ["vary", [cc("max-age=60"), ["Vary", "a b"]], {}],
    ["status", [cc("max-age=60")], { status: 206 }],
    ["status", [cc("max-age=60")], { status: 304 }],
    ["status", [cc("max-age=60, must-understand")], { status: 599 }],
    ["status", [["Last-Modified", date(-1_000)]], { status: 500 }],
    ["stale", [cc("max-age=0")], {}],
    ["stale", [["Expires", "0"]], {}],
    ["stale", [cc("max-age='60'")], {}],
    ["stale", [cc("max-age=60"), ["Age", "60"]], {}],
    ["stale", [], {}],
    ["request-no-store", [cc("max-age=60")], { asked: [cc("no-store")] }],
    ["authorization", [cc("max-age=60")], { asked: [["Authorization", "Basic x"]] }],
    [
      "origin",
      [cc("max-age=60"), ["Access-Control-Allow-Origin", "http://b"]],
      { asked: [["Origin", "http://b"]] },
    ],
  ])("%s: %j %j", (reason, fields, options) => {
    expect(decide(fields, options)).toEqual({ isStored: false, reason });
  });

  it.each(["must-revalidate", "proxy-revalidate", "s-maxage=60", "no-cache"])(
    "for stale use what says %s",
    (word) => {
      const fields: HeaderPair[] = [
        cc(`max-age=60, stale-while-revalidate=9, stale-if-error=9, ${word}`),
        ["ETag", '"a"'],
      ];
      expect(stored(fields).times).toMatchObject({
        staleWhileRevalidate: 0,
        staleIfError: 0,
        mayBeStale: false,
      });
    },
  );
});
