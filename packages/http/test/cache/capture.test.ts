import { expect, it } from "vitest";
import { appendCacheStatus } from "../../src/cache/cache-status.js";
import { Capture } from "../../src/cache/capture.js";
import { fieldValue } from "../../src/cache/field-value.js";
import { bypassReason, isReflected } from "../../src/cache/unkeyed.js";
import { HeaderList } from "../../src/message/header-list.js";

it("collects copies of a body's pieces, up to a limit", () => {
  const capture = new Capture(5);
  const piece = Buffer.from("abc");
  expect(capture.add(piece)).toBe(true);
  piece.fill("x");
  expect(capture.add(Buffer.from("de"))).toBe(true);
  expect(capture.body).toBe("abcde");
  expect(capture.add(Buffer.from("f"))).toBe(false);
  expect(capture.body).toBeUndefined();
});

it("says what the cache did behind what caches before it did", () => {
  const headers = new HeaderList([["Cache-Status", "Nginx; hit"]]);
  appendCacheStatus(headers, "cullet", { forward: "stale", forwardStatus: 304, ttl: -2, stored: true });
  expect(headers.get("cache-status")).toBe("Nginx; hit, cullet; fwd=stale; fwd-status=304; ttl=-2; stored");
});

const request = (fields: Record<string, string>) => ({
  method: "GET",
  url: "http://a/",
  headers: new HeaderList(Object.entries(fields)),
  source: {},
});

it.each([
  ["X-Original-URL", "/admin"],
  ["X-Rewrite-URL", "/admin"],
  ["RSC", "1"],
  ["Next-Router-State-Tree", "x"],
  ["X-Nextjs-Data", "1"],
  ["HX-Request", "true"],
  ["Turbo-Frame", "a"],
  ["X-Requested-With", "XMLHttpRequest"],
  ["Content-Length", "1"],
  ["Transfer-Encoding", "chunked"],
])("stays out of a request with %s: %s", (name, value) => {
  expect(bypassReason(request({ [name]: value }))).toBeDefined();
});

it("does not stay out of an ordinary request", () => {
  expect(bypassReason(request({ Accept: "*/*", "Content-Length": "0" }))).toBeUndefined();
});

it("knows a response that lets in the one origin that asked, and does not say so", () => {
  const from = request({ Origin: "http://b" });
  const head = (fields: Record<string, string>) => ({
    status: 200,
    reason: "",
    headers: new HeaderList(Object.entries(fields)),
  });
  const allowing = { "Access-Control-Allow-Origin": "http://b" };
  expect(isReflected(from, head(allowing))).toBe(true);
  expect(isReflected(from, head({ ...allowing, Vary: "Accept, origin" }))).toBe(false);
  expect(isReflected(from, head({ "Access-Control-Allow-Origin": "*" }))).toBe(false);
  expect(isReflected(request({}), head(allowing))).toBe(false);
});

it.each([
  ["accept-encoding", "gzip;q=1.0, br , x", "br,gzip"],
  ["accept-language", "de-DE , EN; q=0.5", "en;q=0.5"],
  ["x-a", " 1 , 2 ", "1,2"],
])("takes %s: %j for a key in one spelling", (name, one, part) => {
  const value = fieldValue(request({ [name]: one }), name);
  expect(value?.replaceAll(" ", "")).toContain(part);
});
