import { createCache } from "@cullet/core";
import {
  type Address,
  expectNoRejections,
  type FaultOptions,
  type FaultSubject,
  failureOf,
  NETWORK_FAULTS,
  soon,
  startFaultProxy,
  startMariaDb,
  startPostgres,
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

describe.each(Object.entries(servers))("%s", (name, server) => {
  const scheme = new URL(server.url).protocol;
  const start = name === "PostgreSQL" ? startPostgres : startMariaDb;
  const locationAt = ({ host, port }: Address) => `${scheme}//cullet:cullet@${host}:${port}/cullet`;
  const cacheAt = (address: Address, options?: FaultOptions) =>
    createCache({ backend: db, location: locationAt(address), options: { table: "faults" }, ...options });

  const subject: FaultSubject = {
    server,
    start: () => start({ own: true }),
    cacheAt,
    nameAt: ({ host, port }) => `${scheme}//${host}:${port}/cullet`,
    repliesLength: 120,
  };

  // A login for each byte of the replies takes half a minute.
  it.each(Object.entries(NETWORK_FAULTS))("%s", { timeout: 120_000 }, (_title, run) => run(subject));

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

  it("that refuses the login is an error that says so, without the password", async () => {
    const location = locationAt(server).replace("cullet:cullet", "cullet:hunter2");
    await using cache = createCache({ backend: db, location });
    const error = await failureOf(() => cache.get("key"));
    expect(error.message).toMatch(/cannot be reached: .*(password authentication failed|Access denied)/);
    expect(`${error.stack} ${JSON.stringify(error.cause)}`).not.toContain("hunter2");
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
});
