import { connect } from "node:net";
import { expectNoRejections, failureOf } from "@cullet/test-servers";
import { afterAll, afterEach, describe, expect, it, onTestFinished } from "vitest";
import { BinaryTransport } from "../src/binary-transport.js";
import { Connection } from "../src/connection.js";
import { loadDriver } from "../src/driver.js";
import { type Listener, newCache, newServer, tell } from "./helpers.js";

expectNoRejections({ afterEach, afterAll });

const MIB = 1_048_576;

/** Connects to a server, and numbers the requests from `firstOpaque` on. */
async function newTransport({ host, port }: Listener, firstOpaque: number): Promise<BinaryTransport> {
  const driver = await loadDriver();
  const socket = connect(port, host);
  const connection = new Connection(socket, { parse: driver.parseReply, timeoutMs: 1_000 });
  onTestFinished(() => connection.close());
  return new BinaryTransport(connection, driver, firstOpaque);
}

describe("a key that the server would not take", () => {
  it("is an error of its own call, and of no other", async () => {
    const cache = newCache([await newServer()]);
    const tooLong = "k".repeat(251 - ":1:".length);
    const bytes = "ü".repeat(124);
    const longest = "k".repeat(250 - ":1:".length);
    const results = await Promise.allSettled([
      cache.set("good", 1),
      cache.set(tooLong, 2),
      cache.set(bytes, 3),
      cache.get("with a space"),
      cache.getMany(["good", "line\r\nbreak"]),
      cache.set(longest, 4),
      cache.get("good"),
    ]);
    expect(results.map(({ status }) => status === "fulfilled")).toEqual([
      true,
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "CULLET_INVALID_KEY" });
    }
    expect(await cache.get(longest)).toBe(4);
  });
});

describe("a value over the server's limit for one", () => {
  it("is an error that says what to do, and leaves a miss", async () => {
    const cache = newCache([await newServer()]);
    await cache.set("key", "old", null);
    expect(await failureOf(() => cache.set("key", Buffer.alloc(MIB)))).toMatchObject({
      code: "CULLET_BACKEND",
      message: expect.stringContaining(
        "refused this set: the value is over its limit for one item; raise it with memcached's -I, or store less",
      ),
      indeterminate: false,
    });
    expect(await cache.get("key")).toBeUndefined();
    await cache.set("key", Buffer.alloc(MIB - 1_000));
    expect(await cache.get("key")).toHaveLength(MIB - 1_000);
  });

  it("is named by setMany, which stores the others", async () => {
    const cache = newCache([await newServer()]);
    await cache.setMany({ a: "old", b: "old", c: "old" });
    expect(await cache.setMany({ a: "new", b: "x".repeat(MIB), c: "new" })).toEqual(["b"]);
    expect(await cache.getMany(["a", "b", "c"])).toEqual(
      new Map([
        ["a", "new"],
        ["c", "new"],
      ]),
    );
  });

  it("may be larger where the server is told so", async () => {
    const cache = newCache([await newServer(["-I", "8m"])], { operationTimeout: 5 });
    const value = Buffer.alloc(6 * MIB, "cullet");
    await cache.set("key", value);
    expect(value.equals((await cache.get("key")) as Buffer)).toBe(true);
  });
});

describe("a server whose memory is full", () => {
  it("drops what was used least, and that is a miss", async () => {
    const cache = newCache([await newServer(["-m", "2"])]);
    for (let n = 0; n < 100; n += 1) await cache.set(`key-${n}`, "x".repeat(100_000));
    expect(await cache.get("key-0")).toBeUndefined();
    expect(await cache.get("key-99")).toHaveLength(100_000);
  });

  it("and that may drop nothing refuses, says what to do, and never serves what was to be replaced", async () => {
    const cache = newCache([await newServer(["-m", "2", "-M"])]);
    let stored = 0;
    let error: unknown;
    for (const length of [900_000, 600_000, 100_000, 1_000]) {
      for (let n = 0; n < 50; n += 1) {
        const key = `${length}-${n}`;
        await cache.set(key, "old", null).catch(() => {});
        const refused = await cache.set(key, "x".repeat(length), null).catch((reason: unknown) => reason);
        if (refused === undefined) stored += 1;
        else {
          error = refused;
          expect(await cache.get(key)).toBeUndefined();
        }
      }
    }
    expect(stored).toBeGreaterThan(0);
    expect(error).toMatchObject({
      code: "CULLET_BACKEND",
      message: expect.stringContaining(
        "it is out of memory for a value of this size; give it more with memcached's -m",
      ),
      indeterminate: false,
    });
    const large = "x".repeat(900_000);
    expect(await cache.setMany({ p: large, q: large })).toEqual(["p", "q"]);
    await cache.clear();
    await cache.set("key", "x".repeat(1_000));
  });
});

describe("the number of a request", () => {
  it("begins anew after the 2^32nd, and nothing is mixed up", async () => {
    const transport = await newTransport(await newServer(), 2 ** 32 - 12);
    const entries = Array.from({ length: 10 }, (_, n) => ({
      key: `key-${n}`,
      payload: Buffer.of(n),
      ttlMs: null,
    }));
    const calls = entries.map((entry) => transport.set(entry));
    const reads = entries.map(({ key }) => transport.get(key));
    const many = transport.getMany(entries.map(({ key }) => key));
    await Promise.all(calls);
    expect(await Promise.all(reads)).toEqual(entries.map(({ payload }) => payload));
    expect(await many).toEqual(new Map(entries.map(({ key, payload }) => [key, payload])));
  });

  it("may pass 2^31", async () => {
    const transport = await newTransport(await newServer(), 2 ** 31 - 2);
    const entry = { key: "key", payload: Buffer.of(1), ttlMs: null };
    for (let n = 0; n < 4; n += 1) await transport.set(entry);
    expect(await transport.get("key")).toEqual(entry.payload);
  });
});

describe("very many calls at once", () => {
  it("are all answered", async () => {
    const cache = newCache([await newServer()], { operationTimeout: 20 });
    const keys = Array.from({ length: 10_000 }, (_, n) => `key-${n}`);
    await Promise.all(keys.map((key, n) => cache.set(key, n)));
    expect(await Promise.all(keys.map((key) => cache.get(key)))).toEqual(keys.map((_, n) => n));
  });
});

describe("a time to live", () => {
  it("may be over 30 days", async () => {
    const server = await newServer();
    const cache = newCache([server]);
    for (const days of [29.9999, 30, 31, 400, 40_000]) {
      await cache.set("key", "value", days * 86_400);
      await cache.set("counter", 1, days * 86_400);
      expect(await cache.get("key")).toBe("value");
      expect(await cache.ttl("key")).toBeGreaterThan(days * 86_400 - 10);
      expect(await cache.incr("counter")).toBe(2);
      expect(await cache.touch("key", days * 86_400)).toBe(true);
      expect(await cache.get("key")).toBe("value");
    }
  });

  it("of a counter is told rounded up, kept by incr and changed by touch", async () => {
    const cache = newCache([await newServer()]);
    await cache.set("counter", 1, 9.5);
    await cache.incr("counter");
    const left = (await cache.ttl("counter")) as number;
    expect(left).toBeGreaterThan(9);
    expect(left).toBeLessThanOrEqual(10.5);
    expect(await cache.touch("counter", null)).toBe(true);
    expect(await cache.ttl("counter")).toBeNull();
    expect(await cache.get("counter")).toBe(2);
  });
});

describe("a counter", () => {
  it("counts below zero and to the ends of the safe integers, whatever the server has in its memory", async () => {
    const server = await newServer();
    const cache = newCache([server]);
    // What memcached reads behind a number decides what it takes that for, from 2^63 on.
    await Promise.all(Array.from({ length: 2_000 }, (_, n) => cache.set(`dash-${n}`, "-".repeat(40))));
    await cache.deleteMany(Array.from({ length: 2_000 }, (_, n) => `dash-${n}`));
    const most = Number.MAX_SAFE_INTEGER;
    const counters = Array.from({ length: 500 }, (_, n) => `counter-${n}`);
    await Promise.all(counters.map((key) => cache.set(key, 1, null)));
    expect(await Promise.all(counters.map((key) => cache.decr(key, 5)))).toEqual(counters.map(() => -4));
    expect(await Promise.all(counters.map((key) => cache.incr(key, 10)))).toEqual(counters.map(() => 6));
    await cache.set("ends", most - 1, null);
    expect(await cache.incr("ends")).toBe(most);
    await expect(cache.incr("ends")).rejects.toMatchObject({ code: "CULLET_NOT_AN_INTEGER" });
    expect(await cache.get("ends")).toBe(most);
    expect(await cache.decr("ends", most)).toBe(0);
    expect(await cache.decr("ends", most)).toBe(-most);
    await expect(cache.decr("ends")).rejects.toMatchObject({ code: "CULLET_NOT_AN_INTEGER" });
    expect(await cache.get("ends")).toBe(-most);
  });
});

describe("what another program keeps at a key", () => {
  it("that cannot be decoded is a miss, counted, and stored over", async () => {
    const server = await newServer();
    const cache = newCache([server]);
    for (const text of ["not ours", "12 ", "-0"]) {
      expect(await tell(server, `set :1:poison 7 0 ${text.length}\r\n${text}`)).toBe("STORED");
      expect(await cache.get("poison")).toBeUndefined();
      await expect(cache.incr("poison")).rejects.toMatchObject({ code: "CULLET_NOT_AN_INTEGER" });
    }
    expect(cache.stats()).toMatchObject({ undecodable: 3, errors: 0 });
    await cache.set("poison", "ours");
    expect(await cache.get("poison")).toBe("ours");
  });
});
