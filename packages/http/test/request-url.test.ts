import { expect, it } from "vitest";
import { requestUrl } from "../src/message/request-url.js";

it.each([
  ["example.com", "/a/../b?x=%41", "http://example.com/a/../b?x=%41"],
  ["example.com:8080", "/", "http://example.com:8080/"],
  ["[::1]:80", "/", "http://[::1]:80/"],
])("keeps host %s and target %s as they were sent", (host, target, url) => {
  expect(requestUrl("http", host, target)).toBe(url);
});

it.each([
  [undefined, "/"],
  ["", "/"],
  ["a/b", "/"],
  ["user@example.com", "/"],
  ["a b", "/"],
  ["a\\b", "/"],
  ["example.com:x", "/"],
  ["example.com", "*"],
  ["example.com", "/a#b"],
  ["example.com", "http://other.example/"],
  ["example.com", ""],
])("has no URL for host %j and target %j", (host, target) => {
  expect(requestUrl("https", host, target)).toBeUndefined();
});

it("tells apart what it was asked before", () => {
  const asked = ["/page/1", "/page/2", "/egap/1", "/1", `/${"x".repeat(300)}/1`];
  for (const target of [...asked, ...asked]) {
    expect(requestUrl("http", "a.example", target)).toBe(`http://a.example${target}`);
    expect(requestUrl("https", "a.example", target)).toBe(`https://a.example${target}`);
    expect(requestUrl("https", "b.example", target)).toBe(`https://b.example${target}`);
    expect(requestUrl("https", undefined, target)).toBeUndefined();
  }
});
