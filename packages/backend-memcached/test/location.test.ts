import { parseCacheUri } from "@cullet/core";
import { describe, expect, it } from "vitest";
import { type MemcachedOptions, memcached } from "../src/index.js";
import { nameOf, parseLocation } from "../src/location.js";

const parse = (...places: string[]) => parseLocation(places, "cache.location");
const fromUri = (uri: string) => parse(...[parseCacheUri(uri).location ?? []].flat());

describe("a location", () => {
  it.each([
    ["memcached://10.0.0.1:11212/", [{ address: { host: "10.0.0.1", port: 11_212 } }]],
    ["memcached://host", [{ address: { host: "host", port: 11_211 } }]],
    [
      "memcached://a:1;b,c:3/?timeout=60",
      [
        { address: { host: "a", port: 1 } },
        { address: { host: "b", port: 11_211 } },
        { address: { host: "c", port: 3 } },
      ],
    ],
    ["memcached://[::1]:7000/", [{ address: { host: "::1", port: 7_000 } }]],
    ["memcached://[2001:db8::1]", [{ address: { host: "2001:db8::1", port: 11_211 } }]],
    ["memcached:///run/memcached.sock", [{ address: { path: "/run/memcached.sock" } }]],
    ["memcached://me:p%40ss%3Bw@host", [{ username: "me", password: "p@ss;w" }]],
    ["memcached://me:50%@host", [{ username: "me", password: "50%" }]],
    [
      "memcached://me:pw@a;b",
      [
        { address: { host: "a" }, username: "me", password: "pw" },
        { address: { host: "b" }, username: "me", password: "pw" },
      ],
    ],
  ])("%s", (uri, places) => {
    expect(fromUri(uri)).toMatchObject(places);
    expect(fromUri(uri)).toHaveLength(places.length);
  });

  it.each([
    ["10.0.0.1:11212", { host: "10.0.0.1", port: 11_212 }],
    ["[::1]", { host: "::1", port: 11_211 }],
    ["/run/memcached.sock", { path: "/run/memcached.sock" }],
    ["unix:/run/memcached.sock", { path: "/run/memcached.sock" }],
  ])("may be an address: %s", (place, address) => {
    expect(parse(place)).toEqual([{ address, username: undefined, password: undefined }]);
  });

  it.each(["host:0", "host:65536", "host:port", "a b", "::1", "memcached://user:s3cret@host:port"])(
    "that names no server is an error, without a password: %s",
    (place) => {
      expect(() => parse(place)).toThrow(/^cache\.location must name its servers as host:port, .*; got "/);
      expect(() => parse(place)).not.toThrow("s3cret");
    },
  );

  it("that is empty is the default port of this machine", () => {
    expect(parse()).toMatchObject([{ address: { host: "localhost", port: 11_211 } }]);
    expect(parseCacheUri("memcached:///").location).toBe("");
  });

  it("names each server once", () => {
    expect(() => parse("a", "b", "a:11211")).toThrow(
      "cache.location must name each server once; got a:11211 twice",
    );
  });

  it("is named without a login, and an IPv6 address in brackets", () => {
    expect(fromUri("memcached://me:pw@[::1];/run/m.sock").map(({ address }) => nameOf(address))).toEqual([
      "[::1]:11211",
      "/run/m.sock",
    ]);
  });
});

describe("the options", () => {
  it("are checked", () => {
    const withOption = (options: object) => () => memcached({ options: options as MemcachedOptions });
    expect(withOption({ tls: "yes" })).toThrow(
      'cache.options.tls must be true, false, or an object of TLS options; got "yes"',
    );
    expect(withOption({ password: 5 })).toThrow("cache.options.password must be");
    expect(withOption({ retries: 2 })).toThrow("cache.options.retries");
  });
});
