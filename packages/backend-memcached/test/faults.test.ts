import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createCache } from "@cullet/core";
import {
  expectNoRejections,
  type FaultSubject,
  failureOf,
  NETWORK_FAULTS,
  soon,
  startMemcached,
  type TestServer,
} from "@cullet/test-servers";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { memcached } from "../src/index.js";
import { addressOf, handOn, newCache, newCacheAt, newFront, newProxy, newServer, sleep } from "./helpers.js";

expectNoRejections({ afterEach, afterAll });

const group = await startMemcached(1, { own: true });

afterAll(() => group.stop());

const subject: FaultSubject = {
  server: group.servers[0] as TestServer,
  start: () => newServer(),
  cacheAt: (address, options) =>
    createCache({ backend: memcached, location: addressOf(address), ...options }),
  nameAt: (address) => `memcached://${addressOf(address)}`,
  repliesLength: 300,
};

it.each(Object.entries(NETWORK_FAULTS))("%s", (_title, run) => run(subject));

it("a server whose name is not known is named with the port that is taken for it", async () => {
  const cache = newCacheAt("nowhere.invalid");
  expect((await failureOf(() => cache.get("key"))).message).toMatch(
    /^memcached:\/\/nowhere\.invalid:11211 cannot be reached: /,
  );
});

describe("a server that hangs", () => {
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
