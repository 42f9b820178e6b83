import { createCache, parseCacheUri } from "@cullet/core";
import { describe, expect, it } from "vitest";
import { redis } from "../src/index.js";
import { nameOf, parseLocation } from "../src/location.js";

const parse = (...places: string[]) => parseLocation(places, "cache.location");
const fromUri = (uri: string) => parse(parseCacheUri(uri).location as string);

describe("a location", () => {
  it.each([
    ["redis://10.0.0.1:6380/1", { addresses: [{ host: "10.0.0.1", port: 6380 }], db: 1, tls: false }],
    ["redis://host", { addresses: [{ host: "host", port: 6379 }], db: 0 }],
    ["redis://", { addresses: [{ host: "localhost", port: 6379 }], db: 0 }],
    ["redis:///2", { addresses: [{ host: "localhost", port: 6379 }], db: 2 }],
    ["valkey://host:1", { addresses: [{ host: "host", port: 1 }], tls: false }],
    ["rediss://host", { addresses: [{ host: "host", port: 6379 }], tls: true }],
    ["valkeys://host", { tls: true }],
    ["redis://[::1]:7000/3", { addresses: [{ host: "::1", port: 7000 }], db: 3 }],
    ["redis://[2001:db8::1]", { addresses: [{ host: "2001:db8::1", port: 6379 }] }],
    ["redis:///run/redis.sock", { addresses: [{ path: "/run/redis.sock" }] }],
    ["redis://me:pw@/run/redis.sock", { addresses: [{ path: "/run/redis.sock" }], username: "me" }],
    ["redis://me:p%40ss%2Fw%3Brd@host", { username: "me", password: "p@ss/w;rd" }],
    ["redis://:pass@host", { username: undefined, password: "pass" }],
    ["redis://me:50%@host", { password: "50%" }],
    ["redis://me:p@ss@host:1", { password: "p@ss", addresses: [{ host: "host", port: 1 }] }],
    [
      "redis://a:1;b:2/4",
      {
        kind: "servers",
        addresses: [
          { host: "a", port: 1 },
          { host: "b", port: 2 },
        ],
        db: 4,
      },
    ],
    [
      "redis+cluster://u:p@a:1,b",
      {
        kind: "cluster",
        addresses: [
          { host: "a", port: 1 },
          { host: "b", port: 6379 },
        ],
        username: "u",
      },
    ],
    ["rediss+cluster://a", { kind: "cluster", tls: true }],
    [
      "redis+sentinel://a;b:2/mymaster/3",
      {
        kind: "sentinel",
        master: "mymaster",
        db: 3,
        addresses: [
          { host: "a", port: 26379 },
          { host: "b", port: 2 },
        ],
      },
    ],
    ["redis+sentinel://a/my%2Fmaster", { master: "my/master", db: 0 }],
  ])("%s", (uri, expected) => {
    expect(fromUri(uri)).toMatchObject(expected);
  });

  it("may be host:port, one or several", () => {
    expect(parse("10.0.0.1:6380", "10.0.0.2")).toMatchObject({
      kind: "servers",
      addresses: [
        { host: "10.0.0.1", port: 6380 },
        { host: "10.0.0.2", port: 6379 },
      ],
    });
  });

  it("may be a list of URLs, or several in one", () => {
    const expected = {
      addresses: [
        { host: "a", port: 1 },
        { host: "b", port: 2 },
      ],
      db: 1,
      password: "pw",
    };
    expect(parse("redis://:pw@a:1/1", "redis://:pw@b:2/1")).toMatchObject(expected);
    expect(parse("redis://:pw@a:1/1;redis://:pw@b:2/1")).toMatchObject(expected);
  });

  it.each([
    ["http://host", 'must be a URL of redis, rediss, valkey or valkeys, or host:port; got "http://host"'],
    ["redis://a b", "must name its servers as host:port"],
    ["redis://host:0", "must name its servers as host:port"],
    ["redis://host:65536", "must name its servers as host:port"],
    ["redis://::1", "with an IPv6 address in brackets"],
    ["redis://host/one", "must end with the number of a database"],
    ["redis://host/1/2", "must end with the number of a database"],
    ["redis+cluster://host/1", "must not name a database: a cluster has no other than 0"],
    ["redis+sentinel://host", "must end with the name of the master"],
    ["redis://;", "must name a server"],
  ])("%s is refused", (location, message) => {
    expect(() => redis({ location })).toThrow(message);
  });

  it("must agree in all but the host", () => {
    expect(() => parse("redis://:secret@a", "redis://:other@b")).toThrow(
      "cache.location: the servers must agree in scheme, user, password and database",
    );
  });

  it("never shows its password", () => {
    for (const location of ["redis://me:secret@a b", "redis://me:secret@host/one", "http://me:secret@x"]) {
      expect(() => redis({ location })).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining("secret") }),
      );
    }
    const { username, password, ...rest } = parse("redis://me:secret@[::1]:7/1");
    expect(nameOf({ username, password, ...rest })).toBe("redis://[::1]:7");
    expect(nameOf(parse("redis+sentinel://me:secret@a;b/main/1"))).toBe(
      "redis+sentinel://a:26379;b:26379/main",
    );
  });
});

describe("a wrong option", () => {
  it.each([
    [{ db: -1 }, "cache.options.db"],
    [{ tls: 1 }, "cache.options.tls"],
    [{ client: {} }, "cache.options.client must be a client of ioredis"],
    [{ pasword: "x" }, "cache.options.pasword is unknown; did you mean password?"],
  ])("%j is named", async (options, message) => {
    const cache = createCache({ backend: redis as never, options: options as object });
    await expect(cache.ready()).rejects.toMatchObject({
      code: "CULLET_INVALID_CONFIG",
      message: expect.stringContaining(message),
    });
  });
});
