import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeSetting, redact } from "../../src/config/redact.js";

describe("redact", () => {
  test.each([
    ["redis://user:pw@host:6379/1", "redis://user:***@host:6379/1"],
    ["redis://:pw@host", "redis://:***@host"],
    ["redis://token@host", "redis://***@host"],
    ["redis://a:6379;user:pw@b:6379", "redis://a:***@b:6379"],
    ["redis://me@corp.example:pw@host", "redis://***@corp.example:***@host"],
    ["redis:/user:pw@host", "redis:***@host"],
    ["redis//user:pw@host", "redis//user:***@host"],
    ["user:pw@host:11211", "user:***@host:11211"],
    ["@acme/cache://user:pw@host", "@acme/cache://user:***@host"],
    ["C:\\x\\b.js://user:pw@host", "C:***@host"],
    ["redis://host/?password=pw", "redis://host/?…"],
    ["db://table?database=postgres://user:pw@host/app", "db://table?…"],
    ["db://table?database=postgres%3A%2F%2Fuser%3Apw%40host", "db://table?…"],
  ])("%s is shown as %s", (text, shown) => {
    expect(redact(text).replace(/\?database.*/, "?…")).toBe(shown);
    expect(redact(text)).not.toContain("pw");
  });

  test.each([
    "@acme/cache",
    "./my-backend.js",
    "C:\\cache\\x.js",
    "redis://host:6379/1",
    "[::1]:11211",
    "file:///var/tmp/x",
  ])("%s has no password, and is shown whole", (text) => expect(redact(text)).toBe(text));

  test("no password is shown, whatever it consists of", () => {
    const hosts = fc.constantFrom("host", "host:6379", "a:1;b:2", "[::1]:6379", "host/1?timeout=3");
    const schemes = fc.constantFrom(
      "redis://",
      "postgres://",
      "@acme/cache://",
      "./b.js://",
      "redis:/",
      "redis:",
      "",
    );
    const passwords = fc.string({ minLength: 1, unit: "grapheme" }).map((text) => `«${text}»`);
    fc.assert(
      fc.property(
        schemes,
        fc.constantFrom("", "user", "me@corp"),
        passwords,
        hosts,
        (scheme, user, password, host) => {
          const shown = redact(`${scheme}${user}:${password}@${host}`);
          expect(shown).not.toContain(password);
          expect(shown).not.toMatch(/[«»]/);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("describeSetting", () => {
  test("what a secret was given is not shown", () => {
    expect(describeSetting("password", "pw")).toBe("a string");
    expect(describeSetting("authToken", 1234)).toBe("a number");
    expect(describeSetting("password", null)).toBe("null");
  });

  test("what another setting was given is shown", () => {
    expect(describeSetting("maxEntries", "many")).toBe('"many"');
    expect(describeSetting("location", "redis://u:pw@h")).toBe('"redis://u:***@h"');
    expect(describeSetting("maxEntries", -1)).toBe("-1");
  });
});
