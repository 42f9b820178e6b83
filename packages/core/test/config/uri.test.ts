import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/config.js";
import { parseCacheUri } from "../../src/config/uri.js";
import { InvalidConfigError } from "../../src/errors.js";

function strictly(uri: string) {
  return parseConfig(uri, "caches.hot", { strict: true });
}

describe("the place in a URI", () => {
  test.each([
    ["memcached://127.0.0.1:11211/", { backend: "memcached", location: "127.0.0.1:11211" }],
    [
      "memcached://1.1.1.1:11211;1.1.1.2:11211/?timeout=60",
      { backend: "memcached", location: ["1.1.1.1:11211", "1.1.1.2:11211"], timeout: 60 },
    ],
    ["memcached://a:11211,b:11212", { backend: "memcached", location: ["a:11211", "b:11212"] }],
    [
      "memcached://a:11211;b:11212;c:11213/",
      { backend: "memcached", location: ["a:11211", "b:11212", "c:11213"] },
    ],
    [
      "memcached://[::1]:11211;[::2]:11211",
      { backend: "memcached", location: ["[::1]:11211", "[::2]:11211"] },
    ],
    ["memcached://[::1]:11211", { backend: "memcached", location: "[::1]:11211" }],
    ["memcached://unix:/run/memcached.sock", { backend: "memcached", location: "unix:/run/memcached.sock" }],
    ["memcached://a:11211;", { backend: "memcached", location: "a:11211" }],
    ["memcached://", { backend: "memcached", location: "" }],
    ["db://my_cache_table", { backend: "db", location: "my_cache_table" }],
    ["file:///var/tmp/django_cache", { backend: "file", location: "/var/tmp/django_cache" }],
    ["file:///var/tmp/django_cache/", { backend: "file", location: "/var/tmp/django_cache" }],
    ["file:///var/tmp/x//", { backend: "file", location: "/var/tmp/x/" }],
    ["file:///a,b;c%20d", { backend: "file", location: "/a,b;c%20d" }],
    ["file://c:/foo/bar", { backend: "file", location: "c:/foo/bar" }],
    ["locmem://", { backend: "locmem", location: "" }],
    ["locmem://name", { backend: "locmem", location: "name" }],
    [
      "locmem:///?timeout=30&max_entries=400",
      { backend: "locmem", location: "", timeout: 30, options: { maxEntries: 400 } },
    ],
    ["dummy:///", { backend: "dummy", location: "" }],
    ["redis://user:p%40w@host:6379/1", { backend: "redis", location: "redis://user:p%40w@host:6379/1" }],
    [
      "redis://a:6379;b:6379/0?timeout=5m",
      { backend: "redis", location: "redis://a:6379;b:6379/0", timeout: "5m" },
    ],
    ["valkeys://h/", { backend: "redis", location: "valkeys://h" }],
    ["rediss+cluster://a:6379;b:6379", { backend: "redis", location: "rediss+cluster://a:6379;b:6379" }],
    [
      "redis+sentinel://a:1;b:2/mymaster/0",
      { backend: "redis", location: "redis+sentinel://a:1;b:2/mymaster/0" },
    ],
    [
      "sqlite:///var/lib/app/cache.db?table=t&timeout=9",
      {
        backend: "db",
        location: "sqlite:///var/lib/app/cache.db?table=t",
        timeout: 9,
        options: { table: "t" },
      },
    ],
    ["mysql://u:p@h/app", { backend: "db", location: "mysql://u:p@h/app" }],
    ["mariadb://u:p@h/app?version=2", { backend: "db", location: "mariadb://u:p@h/app", version: 2 }],
    [
      "postgres://u:p@h/app?sslmode=require&table=my%20table",
      {
        backend: "db",
        location: "postgres://u:p@h/app?sslmode=require&table=my%20table",
        options: { sslmode: "require", table: "my table" },
      },
    ],
    ["path.to.backend://", { backend: "path.to.backend", location: "" }],
    [
      "./my-backend.js://anywhere?timeout=60",
      { backend: "./my-backend.js", location: "anywhere", timeout: 60 },
    ],
    ["@acme/cache://a;b", { backend: "@acme/cache", location: "a;b" }],
    ["C:\\x\\b.js://here", { backend: "C:\\x\\b.js", location: "here" }],
    ["/opt/b.js:///x", { backend: "/opt/b.js", location: "/x" }],
  ])("%s", (uri, config) => {
    expect(parseCacheUri(uri)).toEqual(config);
  });
});

describe("the arguments of a URI", () => {
  test.each([
    ["timeout=none", { timeout: null }],
    ["timeout=NONE", { timeout: null }],
    ["timeout=1.5", { timeout: 1.5 }],
    ["timeout=+5", { timeout: 5 }],
    ["timeout=-1", { timeout: -1 }],
    ["timeout=500ms", { timeout: "500ms" }],
    ["timeout=60&timeout=", { timeout: 60 }],
    ["timeout=60&timeout=70", { timeout: 70 }],
    ["key_prefix=my+app%21", { keyPrefix: "my app!" }],
    ["keyPrefix=app", { keyPrefix: "app" }],
    ["key_prefix=100%", { keyPrefix: "100%" }],
    ["version=2", { version: 2 }],
    ["maxEntries=400", { options: { maxEntries: 400 } }],
    ["max_entries=1&maxEntries=2", { options: { maxEntries: 2 } }],
    ["cull_frequency=0", { options: { cullFrequency: 0 } }],
    ["cull_percentage=2", { options: { cullFrequency: 2 } }],
    ["cullPercentage=2", { options: { cullFrequency: 2 } }],
    ["cull_frequency=4&cull_percentage=2", { options: { cullFrequency: 4 } }],
    ["cull_percentage=2&cull_frequency=4", { options: { cullFrequency: 4 } }],
    ["pool_size=5&createTable=false", { options: { poolSize: "5", createTable: "false" } }],
    ["__proto__=x", { options: { _Proto__: "x" } }],
  ])("%s", (query, config) => {
    const read = { backend: "locmem", location: "", ...config };
    expect(parseCacheUri(`locmem:///?${query}`)).toEqual(read);
    if (!query.endsWith("%")) expect(() => strictly(`locmem:///?${query}`)).not.toThrow();
  });

  test.each(["", "&&", "timeout", "timeout=", "=5", "?"])("%s says nothing", (query) => {
    const config = parseCacheUri(`locmem:///?${query}`);
    expect({ ...config, options: undefined }).toEqual({ backend: "locmem", location: "" });
  });

  test.each([
    ["timeout=abc", 'timeout must be seconds, a string like "5m", or null; got "abc"'],
    ["timeout=1_000", 'timeout must be seconds, a string like "5m", or null; got "1_000"'],
    ["timeout=Infinity", 'timeout must be seconds, a string like "5m", or null; got "Infinity"'],
    ["max_entries=12.5", 'max_entries must be a whole number above zero; got "12.5"'],
    ["max_entries=0", 'max_entries must be a whole number above zero; got "0"'],
    ["maxEntries=many", 'maxEntries must be a whole number above zero; got "many"'],
    ["cull_frequency=-1", 'cull_frequency must be a whole number of at least 0; got "-1"'],
    ["cull_percentage=x", 'cull_percentage must be a whole number of at least 0; got "x"'],
    ["version=1.5", 'version must be a whole number; got "1.5"'],
    ["version=9007199254740993", 'version must be a whole number; got "9007199254740993"'],
    ["key_prefix=a%00b", 'key_prefix must be a string of well-formed Unicode without NUL; got "a\\u0000b"'],
    ["pool_size=%zz", "pool_size is not percent-encoded UTF-8"],
    ["pool_size=%ff", "pool_size is not percent-encoded UTF-8"],
  ])("%s is ignored, and rejected where it is read strictly", (query, complaint) => {
    const { poolSize, ...options } = parseCacheUri(`locmem:///?${query}`).options ?? {};
    expect({ ...parseCacheUri(`locmem:///?${query}`), options }).toEqual({
      backend: "locmem",
      location: "",
      options: {},
    });
    expect(() => strictly(`locmem:///?${query}`)).toThrow(
      new InvalidConfigError(`caches.hot: the argument ${complaint}`),
    );
  });

  test("an alias stands in for a value that is invalid", () => {
    expect(parseCacheUri("locmem:///?cull_frequency=x&cull_percentage=2").options).toEqual({
      cullFrequency: 2,
    });
  });
});

describe("what is no URI", () => {
  test.each([
    ["locmem", '"locmem"'],
    ["locmem:", '"locmem:"'],
    ["", '""'],
    ["://x", '"://x"'],
    ["redis:/user:pw@host", '"redis:***@host"'],
  ])("%s is rejected", (uri, shown) => {
    const error = new InvalidConfigError(`cache: Backend URI must start with scheme://; got ${shown}`);
    expect(() => parseCacheUri(uri)).toThrow(error);
  });

  test.each([
    [5, "5"],
    [null, "null"],
    [undefined, "undefined"],
    [{}, "an object"],
  ])("%s is rejected", (uri, shown) => {
    // A caller without types may pass anything.
    expect(() => parseCacheUri(uri as string)).toThrow(
      new InvalidConfigError(`cache must be a URI; got ${shown}`),
    );
  });

  test("no text makes it throw anything else", () => {
    const pieces = fc.constantFrom(
      "://",
      "?",
      "&",
      "=",
      "%",
      ";",
      ",",
      "/",
      "@",
      "__proto__",
      "timeout",
      "redis",
      "db",
      "1",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: "binary" }))), (parts) => {
        for (const strict of [true, false]) {
          try {
            parseConfig(parts.join(""), "cache", { strict });
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidConfigError);
          }
        }
      }),
    );
  });
});
