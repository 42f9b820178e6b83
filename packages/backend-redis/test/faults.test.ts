import { inspect } from "node:util";
import { createCache } from "@cullet/core";
import {
  type Address,
  expectNoRejections,
  type FaultOptions,
  type FaultSubject,
  failureOf,
  NETWORK_FAULTS,
  type RedisServer,
  soon,
  startFaultProxy,
  startRedis,
} from "@cullet/test-servers";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { redis } from "../src/index.js";
import { backendOver, cacheOf, drivers } from "./helpers.js";

const server = await startRedis({ own: true });

expectNoRejections({ afterEach, afterAll });

afterAll(async () => {
  await server.stop();
});

describe.each(Object.entries(drivers))("over %s", (_name, driver) => {
  const cacheOver = ({ host, port }: Address, { failOpen, operationTimeout = 1 }: FaultOptions = {}) =>
    createCache({
      backend: () => backendOver(driver, `redis://${host}:${port}/0`, operationTimeout * 1_000),
      failOpen,
    });

  const subject: FaultSubject = {
    server,
    start: () => startRedis({ own: true }),
    cacheAt: cacheOver,
    nameAt: ({ host, port }) => `redis://${host}:${port}`,
    repliesLength: 85,
  };

  it.each(Object.entries(NETWORK_FAULTS))("%s", (_title, run) => run(subject));

  describe("a server that hangs", () => {
    it("and has swallowed requests is given up, though its connection answers again, each time too late", async () => {
      await using proxy = await startFaultProxy({ target: server });
      await using cache = cacheOver(proxy);
      await cache.set("key", "value");
      proxy.blackhole();
      await Promise.all([failureOf(() => cache.get("key")), failureOf(() => cache.touch("key"))]);
      await proxy.passThrough();
      const answer = () => cache.get("key").catch(() => "failed");
      await expect.poll(answer, { timeout: 3_000 }).toBe("value");
    });

    it("from the start is an error of nothing that was sent", async () => {
      await using proxy = await startFaultProxy({ target: server });
      proxy.blackhole();
      await using cache = cacheOver(proxy);
      expect(await failureOf(() => cache.incr("counter"))).toMatchObject({
        code: "CULLET_BACKEND",
        indeterminate: false,
      });
      await proxy.passThrough();
      await soon(() => cache.set("key", "value"));
    });
  });

  describe("a connection", () => {
    it("that is cut while nothing is under way is made anew without an error", async () => {
      await using proxy = await startFaultProxy({ target: server });
      await using cache = cacheOver(proxy);
      await cache.set("key", "value");
      for (let n = 0; n < 5; n += 1) {
        const { connections } = proxy.counters;
        proxy.cut();
        await expect.poll(() => proxy.counters.connections).toBeGreaterThan(connections);
        expect(await cache.get("key")).toBe("value");
      }
    });

    it("that is reset or ended after any byte of the replies to many writes leaves none in doubt without saying so", async () => {
      await using proxy = await startFaultProxy({ target: server });
      await using cache = cacheOver(proxy);
      const names = Array.from({ length: 8 }, (_, n) => `name-${n}`);
      const replyLength = names.length * "+OK\r\n:0\r\n:1\r\n".length;
      for (let bytes = 0; bytes <= replyLength; bytes += 1) {
        await proxy.passThrough();
        await soon(() => cache.setMany(Object.fromEntries(names.map((name) => [`old-${name}`, name]))));
        const value = `value ${bytes}`;
        if (bytes % 2 === 0) proxy.resetAfter(bytes);
        else proxy.endAfter(bytes);
        const written = [
          ...names.map((name) => ({ name, expected: value, done: cache.set(name, value) })),
          ...names.map((name) => ({
            name: `old-${name}`,
            expected: undefined,
            done: cache.delete(`old-${name}`),
          })),
        ];
        const results = await Promise.allSettled<unknown>(written.map(({ done }) => done));
        if (bytes === 0) expect(results.filter(({ status }) => status === "fulfilled")).toEqual([]);
        await proxy.passThrough();
        const found = await soon(() => cache.getMany(written.map(({ name }) => name)));
        for (const [at, { name, expected }] of written.entries()) {
          const result = results[at];
          if (result?.status === "fulfilled") expect(found.get(name)).toBe(expected);
          else expect(result?.reason).toMatchObject({ code: "CULLET_BACKEND", indeterminate: true });
        }
      }
    });

    it.each([
      ["an HTTP server", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"],
      ["noise", Buffer.from([0xff, 0x00, 0x81, 0x0d, 0x0a])],
      ["a length that is none", "$-5x\r\n"],
      ["a reply of another kind", ":5\r\n"],
      ["a nesting", "*1\r\n*1\r\n:1\r\n"],
    ])("to %s is an error or a miss, and made anew", async (_what, bytes) => {
      await using proxy = await startFaultProxy({ target: server });
      await using cache = cacheOver(proxy);
      await cache.set("key", "value", null);
      proxy.garbage(bytes);
      const [got] = await Promise.allSettled([cache.get("key")]);
      if (got.status === "fulfilled") expect(got.value).toBeUndefined();
      await proxy.passThrough();
      proxy.cut();
      expect(await soon(() => cache.get("key"))).toBe("value");
    });
  });

  describe("a login that is refused", () => {
    it.each([
      [
        "a wrong password",
        "redis://:wrong-secret@",
        /it refused the login: (WRONGPASS|ERR invalid password)/,
      ],
      ["a wrong user", "redis://nobody:wrong-secret@", /it refused the login: WRONGPASS/],
      ["no password", "redis://", /it refused the login: NOAUTH/],
    ])("for %s says so, and shows no password", async (_what, start, message) => {
      const guarded = await startRedis({ own: true, password: "right-secret" });
      await using cache = createCache(backendOver(driver, `${start}${guarded.host}:${guarded.port}/0`));
      try {
        const error = await failureOf(() => cache.get("key"));
        expect(error).toMatchObject({ code: "CULLET_BACKEND", message: expect.stringMatching(message) });
        const shown = inspect([error, error.cause, cache], { depth: 9, showHidden: true });
        expect(shown).not.toContain("secret");
        // No storm of logins.
        const before = await connectionsTo(guarded);
        await new Promise((resolve) => setTimeout(resolve, 500));
        expect((await connectionsTo(guarded)) - before).toBeLessThan(15);
      } finally {
        await guarded.stop();
      }
    });
  });

  it("a database that is not there is an error, and not database 0", async () => {
    await using cache = createCache(backendOver(driver, `redis://${server.host}:${server.port}/99`));
    expect((await failureOf(() => cache.set("in-99", 1))).message).toContain("DB index is out of range");
    expect(await server.command("EXISTS", ":1:in-99")).toBe(0);
  });

  it("a server that forgot the scripts is told them again", async () => {
    await using cache = cacheOver(server);
    await cache.set("counter", 0, null);
    expect(await cache.incr("counter")).toBe(1);
    await server.command("SCRIPT", "FLUSH");
    expect(await Promise.all(Array.from({ length: 50 }, () => cache.incr("counter")))).toHaveLength(50);
    expect(await cache.touch("counter", null)).toBe(true);
    await server.command("SCRIPT", "FLUSH");
    await cache.setMany({ a: 1, b: 2 });
    expect(await cache.get("counter")).toBe(51);
    expect(await cache.get("b")).toBe(2);
  });
});

describe("an operation timeout", () => {
  it("is how long a call waits", async () => {
    await using proxy = await startFaultProxy({ target: server });
    const location = `redis://${proxy.host}:${proxy.port}/0`;
    await using cache = createCache({ backend: redis, location, operationTimeout: 0.2 });
    await cache.set("key", "value");
    proxy.delay({ replies: 400 });
    expect(await failureOf(() => cache.get("key"))).toMatchObject({
      code: "CULLET_BACKEND_TIMEOUT",
      message: `redis://${proxy.host}:${proxy.port} did not answer this get within 200 ms`,
    });
  });
});

describe("a server whose memory is full", () => {
  it("says so to every write, and takes reads and deletes", async () => {
    const full = await startRedis({ own: true, args: ["--maxmemory-policy", "noeviction"] });
    await using cache = cacheOf(full);
    const value = "x".repeat(1_000);
    const refused = {
      code: "CULLET_BACKEND",
      message: expect.stringMatching(
        /refused this \w+: its memory is full; raise maxmemory, or .* \(OOM command/,
      ),
      indeterminate: false,
    };
    try {
      await cache.set("counter", 1, null);
      await cache.setMany(Array.from({ length: 3_000 }, (_, n) => [`fill-${n}`, value] as const));
      await full.command("CONFIG", "SET", "maxmemory", "3mb");

      const error = await failureOf(() => cache.set("other", value));
      expect(error).toMatchObject(refused);
      expect(inspect(error.cause)).not.toContain("xxx");
      expect(await failureOf(() => cache.add("other", value))).toMatchObject(refused);
      for (const times of [1, 3]) {
        const calls = Array.from({ length: times }, (_, n) => [
          failureOf(() => cache.set(`other-${n}`, value)),
          failureOf(() => cache.incr("counter")),
        ]);
        for (const failure of await Promise.all(calls.flat())) expect(failure).toMatchObject(refused);
      }
      expect(await cache.setMany({ p: value, q: value })).toEqual(["p", "q"]);
      expect(await cache.get("counter")).toBe(1);
      expect(await cache.deletePattern("fill-*")).toBe(3_000);
      await soon(() => cache.set("other", value));
    } finally {
      await full.stop();
    }
  });
});

async function connectionsTo(server: RedisServer): Promise<number> {
  return Number(/total_connections_received:(\d+)/.exec(String(await server.command("INFO", "stats")))?.[1]);
}
