import { afterEach, describe, expect, it, vi } from "vitest";
import { freePort, startMemcached, startPostgres, startRedis, startSentinel } from "../src/index.js";

describe("servers that the environment names", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("one is used and left alone", async () => {
    await using real = await startRedis({ own: true });
    vi.stubEnv("CULLET_TEST_REDIS_URL", `redis://127.0.0.1:${real.port}/3`);
    const given = await startRedis();
    expect(given).toMatchObject({ ours: false, port: real.port, url: `redis://127.0.0.1:${real.port}/3` });
    await given.command("SET", "key", "value");
    expect(await real.command("INFO", "keyspace")).toContain("db3:keys=1");

    await given.stop();
    expect(await real.command("PING")).toBe("PONG");
  });

  it("one cannot be killed, paused or restarted", async () => {
    await using real = await startRedis({ own: true });
    vi.stubEnv("CULLET_TEST_REDIS_URL", real.url);
    const given = await startRedis();
    await expect(given.kill()).rejects.toThrow(
      "The server of CULLET_TEST_REDIS_URL was not started here, so it cannot be killed: " +
        "start one with { own: true }",
    );
    await expect(given.pause()).rejects.toThrow("cannot be paused");
    await expect(given.restart()).rejects.toThrow("cannot be restarted");
  });

  it("one that cannot do what is asked for is not used", async () => {
    vi.stubEnv("CULLET_TEST_REDIS_URL", "redis://127.0.0.1:1");
    await using server = await startRedis({ password: "secret" });
    expect(server.ours).toBe(true);
  });

  it("one that does not answer fails and is named, without its password", async () => {
    const port = await freePort();
    vi.stubEnv("CULLET_TEST_POSTGRES_URL", `postgres://user:secret@localhost:${port}/app`);
    await expect(startPostgres()).rejects.toThrow(
      new RegExp(`^CULLET_TEST_POSTGRES_URL names localhost:${port}, which does not answer$`),
    );
  });

  it("memcached servers are used where they are enough", async () => {
    await using real = await startMemcached(2, { own: true });
    vi.stubEnv("CULLET_TEST_MEMCACHED_URL", real.url);
    const two = await startMemcached(2);
    expect(two.url).toBe(real.url);
    await using three = await startMemcached(3);
    expect(three.servers.map(({ ours }) => ours)).toEqual([true, true, true]);
  });

  it("sentinels tell where the primary and the replica are", async () => {
    await using real = await startSentinel({ own: true });
    vi.stubEnv("CULLET_TEST_SENTINEL_URL", real.url);
    const given = await startSentinel();
    expect(given.name).toBe("mymaster");
    expect(given.primary.port).toBe(real.primary.port);
    expect(given.replica.port).toBe(real.replica.port);
  });
});
