import { inspect } from "node:util";
import { createCache } from "@cullet/core";
import {
  expectNoRejections,
  failureOf,
  freePort,
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
  const cacheOver = ({ host, port }: Pick<RedisServer, "host" | "port">) =>
    createCache(backendOver(driver, `redis://${host}:${port}/0`));

  describe("a server that is not there", () => {
    it("at the start is an error in time, and used when it comes", async () => {
      const later = await startRedis({ own: true });
      await later.kill();
      try {
        await using cache = cacheOver(later);
        expect(await failureOf(() => cache.set("key", "value"))).toMatchObject({
          code: "CULLET_BACKEND",
          message: `${later.url.replace("/0", "")} cannot be reached: connect ECONNREFUSED ${later.host}:${later.port}`,
          indeterminate: false,
        });
        await failureOf(() => cache.ready());
        await later.restart();
        await soon(() => cache.set("key", "value"));
        expect(await cache.get("key")).toBe("value");
      } finally {
        await later.stop();
      }
    });

    it("is an error for who asks ready", async () => {
      await using cache = cacheOver({ host: "127.0.0.1", port: await freePort() });
      expect(await failureOf(() => cache.ready())).toMatchObject({
        code: "CULLET_BACKEND",
        message: expect.stringContaining("ECONNREFUSED"),
      });
    });

    it("because its name is not known is an error that says so", async () => {
      await using cache = cacheOver({ host: "nowhere.invalid", port: 6_379 });
      expect((await failureOf(() => cache.get("key"))).message).toMatch(
        /^redis:\/\/nowhere\.invalid:6379 cannot be reached: /,
      );
    });
  });

  describe("a server that is killed", () => {
    it("fails what is under way, and is used again when it is back", async () => {
      const victim = await startRedis({ own: true });
      await using cache = cacheOver(victim);
      try {
        await cache.set("counter", 0, null);
        await victim.pause();
        const underWay = [cache.get("counter"), cache.incr("counter"), cache.set("key", "value")].map(
          (call) => call.catch((error: unknown) => error),
        );
        await victim.kill();
        const [read, ...writes] = await Promise.all(underWay);
        expect(read).toMatchObject({ code: "CULLET_BACKEND", indeterminate: false });
        for (const write of writes) {
          expect(write).toMatchObject({
            code: "CULLET_BACKEND",
            message: expect.stringContaining("was lost during this"),
            indeterminate: true,
          });
        }
        await failureOf(() => cache.get("key"));
        await victim.restart();
        await soon(() => cache.set("key", "value"));
        expect(await cache.get("key")).toBe("value");
      } finally {
        await victim.stop();
      }
    });
  });

  describe("a server that hangs", () => {
    it("is not waited for longer than configured, nor again and again, and used when it answers", async () => {
      await using proxy = await startFaultProxy({ target: server });
      await using cache = cacheOver(proxy);
      await cache.set("key", "value", null);
      await server.pause();
      try {
        expect(await failureOf(() => cache.get("key"))).toMatchObject({
          code: "CULLET_BACKEND_TIMEOUT",
          message: `redis://${proxy.host}:${proxy.port} did not answer this get within 1000 ms`,
          indeterminate: false,
        });
        const startedAt = performance.now();
        for (let n = 0; n < 20; n += 1) await failureOf(() => cache.set("key", n));
        expect(performance.now() - startedAt).toBeLessThan(500);
      } finally {
        await server.resume();
      }
      expect(await soon(() => cache.get("key"))).toBe("value");
    });

    it("under a steady load ends every call in time", async () => {
      await using proxy = await startFaultProxy({ target: server });
      await using cache = cacheOver(proxy);
      await cache.set("key", "value");
      proxy.dropReplies();
      const calls = [];
      for (let n = 0; n < 30; n += 1) {
        calls.push(failureOf(() => cache.get("key")));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      await Promise.all(calls);
      await proxy.passThrough();
      expect(await soon(() => cache.get("key"))).toBe("value");
    });

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

    it("does not hold up who closes", async () => {
      await using proxy = await startFaultProxy({ target: server });
      const cache = cacheOver(proxy);
      await cache.ready();
      proxy.blackhole();
      const pending = failureOf(() => cache.set("key", "value"));
      await new Promise(setImmediate);
      const startedAt = performance.now();
      await Promise.all([cache.close(), cache.close()]);
      expect(await pending).toMatchObject({ code: "CULLET_CLOSED", indeterminate: true });
      expect(performance.now() - startedAt).toBeLessThan(500);
    });
  });

  describe("an operation whose answer is lost", () => {
    it("is not done twice", async () => {
      await using proxy = await startFaultProxy({ target: server });
      await using cache = cacheOver(proxy);
      for (const break_ of [() => proxy.dropReplies(), () => proxy.resetAfter(0), () => proxy.endAfter(0)]) {
        // Else what is lost may be the answer that the server does not know the script.
        await cache.set("counter", 9, null);
        await cache.incr("counter");
        break_();
        expect(await failureOf(() => cache.incr("counter"))).toMatchObject({ indeterminate: true });
        await proxy.passThrough();
        proxy.cut();
        expect(await soon(() => cache.get("counter"))).toBe(11);
      }
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

    it("that is slow is no error", async () => {
      await using proxy = await startFaultProxy({ target: server });
      await using cache = cacheOver(proxy);
      await cache.set("key", "value");
      proxy.delay({ replies: 500 });
      expect(await Promise.all(["key", "key", "none"].map((key) => cache.get(key)))).toEqual([
        "value",
        "value",
        undefined,
      ]);
    });

    it("that hands on one byte at a time changes nothing", async () => {
      await using proxy = await startFaultProxy({ target: server });
      await using cache = cacheOver(proxy);
      proxy.oneByteAtATime();
      const value = { text: "é".repeat(50), bytes: Buffer.from([0, 13, 10, 255]) };
      await soon(() => cache.set("key", value));
      expect(await Promise.all([cache.get("key"), cache.getMany(["key"])])).toEqual([
        value,
        new Map([["key", value]]),
      ]);
    });

    it("that is reset or ended after any byte of a reply never gives a wrong value", async () => {
      await using proxy = await startFaultProxy({ target: server });
      await using cache = cacheOver(proxy);
      await cache.set("a", "value of a", null);
      await cache.set("b", "value of b", null);
      const replyLength = 85;
      for (let bytes = 0; bytes < replyLength; bytes += 1) {
        await proxy.passThrough();
        expect(await soon(() => cache.get("b"))).toBe("value of b");
        if (bytes % 2 === 0) proxy.resetAfter(bytes);
        else proxy.endAfter(bytes);
        const [a, many] = await Promise.allSettled([cache.get("a"), cache.getMany(["a", "b"])]);
        if (a.status === "fulfilled") expect(a.value).toBe("value of a");
        if (many.status === "fulfilled")
          expect([...many.value.values()]).toEqual(["value of a", "value of b"]);
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

describe("a cache that fails open", () => {
  it("misses where the server is down, counts it, and is whole when the server is back", async () => {
    await using proxy = await startFaultProxy({ target: server });
    const location = `redis://${proxy.host}:${proxy.port}/0`;
    await using cache = createCache({ backend: redis, location, failOpen: true });
    await cache.set("key", "value", null);
    await proxy.refuse();
    proxy.cut();
    expect(await cache.get("key", "default")).toBe("default");
    expect(await cache.getOrSet("key", () => "computed")).toBe("computed");
    await cache.set("key", "unsaved");
    expect(await cache.setMany({ a: 1 })).toEqual(["a"]);
    expect(cache.stats().errors).toBeGreaterThanOrEqual(4);
    await proxy.accept();
    expect(await soon(async () => (await cache.get("key")) ?? Promise.reject(new Error("a miss")))).toBe(
      "value",
    );
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
