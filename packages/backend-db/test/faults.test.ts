import { type Cache, createCache } from "@cullet/core";
import {
  BACK_MS,
  expectNoRejections,
  failureOf,
  freePort,
  soon,
  startFaultProxy,
  startMariaDb,
  startPostgres,
  type TestServer,
} from "@cullet/test-servers";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { db } from "../src/index.js";

expectNoRejections({ afterEach, afterAll });

const servers = {
  PostgreSQL: await startPostgres({ own: true }),
  MariaDB: await startMariaDb({ own: true }),
};

afterAll(async () => {
  for (const server of Object.values(servers)) await server.stop();
});

type Address = Pick<TestServer, "host" | "port">;

describe.each(Object.entries(servers))("%s", (name, server) => {
  const scheme = new URL(server.url).protocol;
  const start = name === "PostgreSQL" ? startPostgres : startMariaDb;
  const locationAt = ({ host, port }: Address) => `${scheme}//cullet:cullet@${host}:${port}/cullet`;
  const nameAt = ({ host, port }: Address) => `${scheme}//${host}:${port}/cullet`;
  const cacheAt = (address: Address): Cache =>
    createCache({ backend: db, location: locationAt(address), options: { table: "faults" } });

  describe("that is not there", () => {
    it("at the start is an error in time, for who asks ready too", async () => {
      const address = { host: "127.0.0.1", port: await freePort() };
      await using cache = cacheAt(address);
      expect(await failureOf(() => cache.set("key", "value"))).toMatchObject({
        code: "CULLET_BACKEND",
        message: `${nameAt(address)} cannot be reached: connect ECONNREFUSED 127.0.0.1:${address.port}`,
        indeterminate: false,
      });
      expect((await failureOf(() => cache.ready())).message).toContain("ECONNREFUSED");
    });

    it("since its name is not known is an error that says so", async () => {
      await using cache = cacheAt({ host: "nowhere.invalid", port: 1 });
      expect((await failureOf(() => cache.get("key"))).message).toContain(
        "nowhere.invalid:1/cullet cannot be reached",
      );
    });

    it("until later is used when it comes", async () => {
      await using proxy = await startFaultProxy({ target: server });
      await proxy.refuse();
      await using cache = cacheAt(proxy);
      await failureOf(() => cache.get("key"));
      await proxy.passThrough();
      await soon(() => cache.set("key", "value"));
    });
  });

  it("that refuses the login is an error that says so, without the password", async () => {
    const location = locationAt(server).replace("cullet:cullet", "cullet:hunter2");
    await using cache = createCache({ backend: db, location });
    const error = await failureOf(() => cache.get("key"));
    expect(error.message).toMatch(/cannot be reached: .*(password authentication failed|Access denied)/);
    expect(`${error.stack} ${JSON.stringify(error.cause)}`).not.toContain("hunter2");
  });

  it("that is killed fails what is under way, and is used again when it is back", async () => {
    const victim = await start({ own: true });
    await using proxy = await startFaultProxy({ target: victim });
    await using cache = cacheAt(proxy);
    try {
      await cache.set("counter", 0, null);
      await cache.set("kept", "value", null);
      proxy.dropReplies();
      const underWay = [cache.get("kept"), cache.incr("counter"), cache.set("key", "value")].map((call) =>
        call.catch((error: unknown) => error),
      );
      await new Promise((resolve) => setTimeout(resolve, 50));
      await victim.kill();
      const [read, ...writes] = await Promise.all(underWay);
      expect(read).toMatchObject({ code: expect.stringContaining("CULLET_BACKEND"), indeterminate: false });
      for (const write of writes)
        expect(write).toMatchObject({ code: expect.stringContaining("CULLET_BACKEND") });
      await failureOf(() => cache.get("kept"));
      proxy.passThrough();
      await victim.restart();
      await soon(() => cache.set("kept", "value"));
      expect(await cache.get("kept")).toBe("value");
    } finally {
      await victim.stop();
    }
  });

  it("that hangs is not waited for longer than configured, nor again and again, and used when it answers", async () => {
    await using proxy = await startFaultProxy({ target: server });
    await using cache = cacheAt(proxy);
    await cache.set("key", "value", null);
    proxy.blackhole();
    expect(await failureOf(() => cache.get("key"))).toMatchObject({
      code: "CULLET_BACKEND_TIMEOUT",
      message: `${nameAt(proxy)} did not answer this get within 1000 ms`,
      indeterminate: false,
    });
    const startedAt = performance.now();
    for (let n = 0; n < 20; n += 1) await failureOf(() => cache.set("key", n));
    expect(performance.now() - startedAt).toBeLessThan(500);
    await proxy.passThrough();
    expect(await soon(() => cache.get("key"))).toBe("value");
  });

  it("that is stopped for a while is used again", async () => {
    await using cache = cacheAt(server);
    await cache.set("key", "value", null);
    await server.pause();
    try {
      await failureOf(() => cache.get("key"));
    } finally {
      await server.resume();
    }
    expect(await soon(() => cache.get("key"))).toBe("value");
  });

  it("that hangs under a steady load ends every call in time", async () => {
    await using proxy = await startFaultProxy({ target: server });
    await using cache = cacheAt(proxy);
    await cache.set("key", "value", null);
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

  it("that hangs from the start is an error of nothing that was sent", async () => {
    await using proxy = await startFaultProxy({ target: server });
    proxy.blackhole();
    await using cache = cacheAt(proxy);
    expect(await failureOf(() => cache.incr("counter"))).toMatchObject({
      code: "CULLET_BACKEND",
      message: expect.stringContaining("no connection within 800 ms"),
      indeterminate: false,
    });
    await proxy.passThrough();
    await soon(() => cache.set("key", "value"));
  });

  it("that hangs does not hold up who closes", async () => {
    await using proxy = await startFaultProxy({ target: server });
    const cache = cacheAt(proxy);
    await cache.ready();
    proxy.blackhole();
    const pending = failureOf(() => cache.set("key", "value"));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const startedAt = performance.now();
    await Promise.all([cache.close(), cache.close()]);
    expect(await pending).toMatchObject({ code: "CULLET_CLOSED", indeterminate: true });
    expect(performance.now() - startedAt).toBeLessThan(500);
    await expect.poll(() => proxy.counters.open, { timeout: BACK_MS }).toBe(0);
  });

  it("does nothing twice whose answer is lost", async () => {
    await using proxy = await startFaultProxy({ target: server });
    await using cache = cacheAt(proxy);
    for (const break_ of [() => proxy.dropReplies(), () => proxy.resetAfter(0), () => proxy.endAfter(0)]) {
      await soon(() => cache.set("counter", 10, null));
      // The statement is prepared by then, so that it is the answer itself that is lost.
      await cache.incr("counter");
      break_();
      expect(await failureOf(() => cache.incr("counter"))).toMatchObject({ indeterminate: true });
      await proxy.passThrough();
      proxy.cut();
      expect(await soon(() => cache.get("counter"))).toBe(12);
    }
  });

  it("is connected anew without an error where the connection was cut while nothing was under way", async () => {
    await using proxy = await startFaultProxy({ target: server });
    await using cache = cacheAt(proxy);
    await cache.set("key", "value");
    for (let n = 0; n < 5; n += 1) {
      proxy.cut();
      await expect.poll(() => proxy.counters.open).toBe(0);
      expect(await cache.get("key")).toBe("value");
    }
  });

  it("that is slow is no error", async () => {
    await using proxy = await startFaultProxy({ target: server });
    await using cache = cacheAt(proxy);
    await cache.set("key", "value");
    await cache.get("key");
    await cache.getMany(["key", "none"]);
    proxy.delay({ replies: 350 });
    expect(await Promise.all(["key", "none"].map((key) => cache.get(key)))).toEqual(["value", undefined]);
  });

  it("over a connection that hands on one byte at a time changes nothing", async () => {
    await using proxy = await startFaultProxy({ target: server });
    await using cache = cacheAt(proxy);
    proxy.oneByteAtATime();
    const value = { text: "é".repeat(50), bytes: Buffer.from([0, 13, 10, 255]) };
    await soon(() => cache.set("key", value));
    expect(await Promise.all([cache.get("key"), cache.getMany(["key"])])).toEqual([
      value,
      new Map([["key", value]]),
    ]);
  });

  it("over a connection that is reset or ended after any byte of a reply never gives a wrong value", async () => {
    await using proxy = await startFaultProxy({ target: server });
    await using cache = cacheAt(proxy);
    await cache.setMany({ a: "value of a", b: "value of b" }, null);
    for (let bytes = 0; bytes < 120; bytes += 1) {
      await proxy.passThrough();
      expect(await soon(() => cache.get("b"))).toBe("value of b");
      if (bytes % 2 === 0) proxy.resetAfter(bytes);
      else proxy.endAfter(bytes);
      const [a, many] = await Promise.allSettled([cache.get("a"), cache.getMany(["a", "b"])]);
      if (a.status === "fulfilled") expect(a.value).toBe("value of a");
      if (many.status === "fulfilled") expect([...many.value.values()]).toEqual(["value of a", "value of b"]);
    }
  });

  it.each([
    ["an HTTP server", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"],
    ["noise", Buffer.from([0xff, 0x00, 0x81, 0x0d, 0x0a])],
    ["a huge length", Buffer.from([0x44, 0x7f, 0xff, 0xff, 0xff, 0, 1])],
  ])("that answers like %s is an error in time, and never a value", async (_kind, bytes) => {
    await using proxy = await startFaultProxy({ target: server });
    await using cache = cacheAt(proxy);
    await cache.set("key", "value", null);
    await cache.get("key");
    proxy.garbage(bytes);
    await failureOf(() => cache.get("key"));
    await failureOf(() => cache.set("other", "value"));
    await proxy.passThrough();
    proxy.cut();
    expect(await soon(() => cache.get("key"))).toBe("value");
  });

  it("that is down is a miss where the cache is to fail open", async () => {
    await using cache = createCache({
      backend: db,
      location: locationAt({ host: "127.0.0.1", port: await freePort() }),
      failOpen: true,
    });
    expect(await cache.get("key", "default")).toBe("default");
    await cache.set("key", "value");
    expect(await cache.getOrSet("key", () => "made")).toBe("made");
    expect(cache.stats().errors).toBeGreaterThan(2);
  });
});
