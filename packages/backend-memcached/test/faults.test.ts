import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expectNoRejections, failureOf, soon } from "@cullet/test-servers";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { addressOf, handOn, newCache, newCacheAt, newFront, newProxy, newServer, sleep } from "./helpers.js";

expectNoRejections({ afterEach, afterAll });

describe("a server that is not there", () => {
  it("at the start is an error in time, and used when it comes", async () => {
    const proxy = await newProxy(await newServer());
    await proxy.refuse();
    const cache = newCache([proxy]);
    expect(await failureOf(() => cache.set("key", "value"))).toMatchObject({
      code: "CULLET_BACKEND",
      message: `memcached://${addressOf(proxy)} cannot be reached: connect ECONNREFUSED ${addressOf(proxy)}`,
      indeterminate: false,
    });
    expect((await failureOf(() => cache.ready())).message).toContain("ECONNREFUSED");
    await proxy.accept();
    await soon(() => cache.set("key", "value"));
    expect(await cache.get("key")).toBe("value");
  });

  it("because its name is not known is an error that says so", async () => {
    const cache = newCacheAt("nowhere.invalid");
    expect((await failureOf(() => cache.get("key"))).message).toMatch(
      /^memcached:\/\/nowhere\.invalid:11211 cannot be reached: /,
    );
  });
});

describe("a server that is killed", () => {
  it("fails what is under way at once, and is used again when it is back", async () => {
    const server = await newServer();
    const cache = newCache([server], { operationTimeout: 5 });
    await cache.set("counter", 0, null);
    await server.pause();
    const underWay = [cache.get("counter"), cache.incr("counter"), cache.set("key", "value")].map((call) =>
      failureOf(() => call),
    );
    await server.kill();
    const [read, ...writes] = await Promise.all(underWay);
    expect(read).toMatchObject({ code: "CULLET_BACKEND", indeterminate: false });
    for (const write of writes) {
      expect(write).toMatchObject({
        message: expect.stringContaining("was lost during this"),
        indeterminate: true,
      });
    }
    await failureOf(() => cache.get("key"));
    await server.restart();
    await soon(() => cache.set("key", "new"));
    expect(await cache.get("key")).toBe("new");
  });
});

describe("a server that hangs", () => {
  it("is not waited for longer than configured, nor again and again, and used when it answers", async () => {
    const server = await newServer();
    const cache = newCache([server]);
    await cache.set("key", "value", null);
    await server.pause();
    expect(await failureOf(() => cache.get("key"))).toMatchObject({
      code: "CULLET_BACKEND_TIMEOUT",
      message: `memcached://${addressOf(server)} did not answer this get within 500 ms`,
      indeterminate: false,
    });
    const startedAt = performance.now();
    for (let n = 0; n < 20; n += 1) await failureOf(() => cache.set("key", n));
    expect(performance.now() - startedAt).toBeLessThan(500);
    await server.resume();
    expect(await soon(() => cache.get("key"))).toBe("value");
  });

  it("ends every call in time under a steady load", async () => {
    const server = await newServer();
    const cache = newCache([server]);
    await cache.set("key", "value");
    await server.pause();
    const calls = [];
    for (let n = 0; n < 30; n += 1) {
      calls.push(failureOf(() => cache.get("key")));
      await sleep(50);
    }
    await Promise.all(calls);
    await server.resume();
    expect(await soon(() => cache.get("key"))).toBe("value");
  });

  it("amid large values mixes nothing up", async () => {
    const server = await newServer();
    const cache = newCache([server]);
    const keys = Array.from({ length: 20 }, (_, n) => `large-${n}`);
    const largeValue = (key: string) => `${key}:`.repeat(300_000 / (key.length + 1));
    for (const key of keys) await cache.set(key, largeValue(key));
    const wrong: string[] = [];
    const readAll = () =>
      Promise.allSettled(
        keys.map(async (key) => {
          if ((await cache.get(key)) !== largeValue(key)) wrong.push(key);
        }),
      );
    const load = [readAll(), ...keys.map((key) => cache.set(key, largeValue(key)).catch(() => {}))];
    await server.pause();
    await Promise.all([...load, readAll(), sleep(1_300)]);
    await server.resume();
    await soon(() => cache.get("key"));
    await readAll();
    expect(wrong).toEqual([]);
    expect((await cache.getMany(keys)).size).toBe(keys.length);
  });

  it("leaves no connection behind when it hangs for long", async () => {
    const proxy = await newProxy(await newServer());
    const cache = newCache([proxy], { operationTimeout: 0.2 });
    await cache.set("key", "value");
    proxy.dropReplies();
    const until = performance.now() + 2_000;
    while (performance.now() < until) {
      await failureOf(() => cache.get("key"));
      await sleep(5);
    }
    await proxy.passThrough();
    await soon(() => cache.get("key"));
    expect(proxy.counters.open).toBe(1);
  });

  it("from the start is a timeout", async () => {
    const front = await newFront({ host: "127.0.0.1", port: 0 }, () => {});
    const { port } = front.address() as { port: number };
    const cache = newCacheAt(`127.0.0.1:${port}`);
    expect(await failureOf(() => cache.get("key"))).toMatchObject({ code: "CULLET_BACKEND_TIMEOUT" });
  });

  it("does not hold up who closes", async () => {
    const server = await newServer();
    const cache = newCache([server], { operationTimeout: 5 });
    await cache.ready();
    await server.pause();
    const pending = failureOf(() => cache.set("key", "value"));
    const startedAt = performance.now();
    await Promise.all([cache.close(), cache.close()]);
    expect(await pending).toMatchObject({ code: "CULLET_CLOSED", indeterminate: true });
    expect(performance.now() - startedAt).toBeLessThan(500);
    await server.resume();
  });
});

describe("a process that closed its cache", () => {
  const program = `
    import { memcached } from "@cullet/backend-memcached";
    import { createCache } from "@cullet/core";
    const cache = createCache({ backend: memcached, location: process.argv[1], operationTimeout: 5 });
    const call = cache.set("key", "value").catch(({ code }) => console.log(code));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await cache.close();
    await call;
  `;
  const run = async (location: string) => {
    const args = ["--input-type=module", "--eval", program, location];
    return (await promisify(execFile)(process.execPath, args, { timeout: 4_000 })).stdout.trim();
  };

  it("ends by itself, whether the server hangs, is not there or is well", async () => {
    const server = await newServer();
    expect(await run(addressOf(server))).toBe("");
    await server.pause();
    expect(await run(addressOf(server))).toBe("CULLET_CLOSED");
    await server.kill();
    expect(await run(addressOf(server))).toBe("CULLET_BACKEND");
  });
});

describe("an operation whose answer is lost", () => {
  it("is not done twice", async () => {
    const proxy = await newProxy(await newServer());
    const cache = newCache([proxy]);
    for (const lose of [
      () => proxy.dropReplies(),
      () => proxy.delay({ replies: 700 }),
      () => proxy.resetAfter(0),
      () => proxy.endAfter(0),
    ]) {
      await soon(() => cache.set("counter", 10, null));
      lose();
      expect(await failureOf(() => cache.incr("counter"))).toMatchObject({ indeterminate: true });
      await proxy.passThrough();
      proxy.cut();
      expect(await soon(() => cache.get("counter"))).toBe(11);
    }
  });
});

describe("a connection", () => {
  it("that is cut while nothing is under way is made anew without an error", async () => {
    const proxy = await newProxy(await newServer());
    const cache = newCache([proxy]);
    await cache.set("key", "value");
    for (let n = 0; n < 5; n += 1) {
      proxy.cut();
      await expect.poll(() => proxy.counters.open).toBe(0);
      await sleep(20);
      expect(await cache.get("key")).toBe("value");
    }
  });

  it("that is slow is no error", async () => {
    const proxy = await newProxy(await newServer());
    const cache = newCache([proxy], { operationTimeout: 1 });
    await cache.set("key", "value");
    proxy.delay({ replies: 400 });
    expect(await Promise.all(["key", "key", "none"].map((key) => cache.get(key)))).toEqual([
      "value",
      "value",
      undefined,
    ]);
  });

  it("that hands on one byte at a time changes nothing", async () => {
    const proxy = await newProxy(await newServer());
    const cache = newCache([proxy], { operationTimeout: 5 });
    proxy.oneByteAtATime();
    const value = { text: "é".repeat(50), bytes: Buffer.from([0, 13, 10, 255]) };
    await cache.setMany({ value, counter: 2 });
    expect(await cache.getMany(["value", "missing", "counter"])).toEqual(
      new Map<string, unknown>([
        ["value", value],
        ["counter", 2],
      ]),
    );
    expect(await cache.incr("counter")).toBe(3);
  });

  it("that is reset or ended after any byte of a reply never gives a wrong value", async () => {
    const proxy = await newProxy(await newServer());
    const cache = newCache([proxy]);
    const secrets = { anna: "the secret of anna", bert: "the secret of bert" };
    await cache.setMany(secrets, null);
    // Of three replies: to two gets and to a getMany of two.
    const repliesLength = 300;
    for (let bytes = 0; bytes < repliesLength; bytes += 1) {
      if (bytes % 2 === 0) proxy.resetAfter(bytes);
      else proxy.endAfter(bytes);
      const [anna, bert, both] = await Promise.allSettled([
        cache.get("anna"),
        cache.get("bert"),
        cache.getMany(["bert", "anna"]),
      ]);
      if (anna.status === "fulfilled") expect(anna.value).toBe(secrets.anna);
      if (bert.status === "fulfilled") expect(bert.value).toBe(secrets.bert);
      if (both.status === "fulfilled") expect(Object.fromEntries(both.value)).toEqual(secrets);
      await proxy.passThrough();
      expect(await soon(() => cache.get("anna"))).toBe(secrets.anna);
    }
  });

  it.each([
    [
      "an answer in HTTP",
      "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
      "it sent what is no reply",
    ],
    ["zero bytes", Buffer.alloc(64), "it sent what is no reply"],
    ["a reply of 4 GiB", header({ bodyLength: 0xff_ff_ff_ff }), "it sent what is no reply"],
    ["parts longer than the whole", header({ keyLength: 0xff_ff }), "it sent what is no reply"],
    [
      "a reply to what was not asked",
      header({ opaque: 0xde_ad_be_ef }),
      "it sent a reply to what was not asked",
    ],
  ])("to what sends %s is left at once, and made anew", async (_what, bytes, reason) => {
    const proxy = await newProxy(await newServer());
    const cache = newCache([proxy]);
    await cache.set("key", "value");
    proxy.garbage(bytes);
    expect((await failureOf(() => cache.get("key"))).message).toContain(
      `was lost during this get: ${reason}`,
    );
    await proxy.passThrough();
    expect(await soon(() => cache.get("key"))).toBe("value");
  });

  it("whose server hangs up on some is made anew, and no call waits for ever", async () => {
    const server = await newServer();
    let connections = 0;
    const front = await newFront({ host: "127.0.0.1", port: 0 }, (client) => {
      connections += 1;
      if (connections % 2 === 1) client.end();
      else handOn(client, server);
    });
    const cache = newCacheAt(`127.0.0.1:${(front.address() as { port: number }).port}`);
    await soon(() => cache.set("key", "value"));
    expect(await cache.get("key")).toBe("value");
  });
});

/** The header of a reply to a get. */
function header({ keyLength = 0, bodyLength = 0, opaque = 0 }): Buffer {
  const bytes = Buffer.alloc(24);
  bytes[0] = 0x81;
  bytes.writeUInt16BE(keyLength, 2);
  bytes.writeUInt32BE(bodyLength, 8);
  bytes.writeUInt32BE(opaque, 12);
  return bytes;
}
