import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startRedis, startRedisCluster, startRedisWithReplica, startSentinel } from "../src/index.js";
import { waitUntil } from "../src/wait.js";
import { answersSoon, isOpen, talk } from "./answers.js";
import { waysToTest } from "./ways.js";

describe.each(await waysToTest())("Redis, %s", (way) => {
  beforeEach(() => {
    vi.stubEnv("CULLET_TEST_SERVERS", way);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("a killed server refuses connections and comes back empty on the same port", async () => {
    await using server = await startRedis({ own: true });
    await server.command("SET", "key", "value");
    expect(await server.command("GET", "key")).toBe("value");

    await server.kill();
    expect(await isOpen(server)).toBe(false);

    await server.restart();
    expect(await server.command("GET", "key")).toBe(null);
  });

  it("a paused server takes connections and does not answer until it is resumed", async () => {
    await using server = await startRedis({ own: true });
    await server.pause();
    expect(await isOpen(server)).toBe(true);
    expect(await answersSoon(server)).toBe(false);

    await server.resume();
    expect(await answersSoon(server)).toBe(true);
  });

  it("a stopped server is gone, also when it was paused, and stays so", async () => {
    const server = await startRedis({ own: true, unixSocket: true });
    const directory = dirname(server.socketPath ?? "");
    expect(existsSync(directory)).toBe(true);
    await server.pause();

    await server.stop();
    await server.stop();
    expect(await isOpen(server)).toBe(false);
    expect(existsSync(directory)).toBe(false);
    await expect(server.restart()).rejects.toThrow("A stopped server is gone");
  });

  it("a server has the arguments, the password and the Unix socket that were asked for", async () => {
    await using server = await startRedis({
      args: ["--maxmemory", "3mb"],
      password: "a:b@c",
      unixSocket: true,
    });
    expect(await server.command("CONFIG", "GET", "maxmemory")).toEqual(["maxmemory", "3145728"]);
    expect(server.url).toBe(`redis://:a%3Ab%40c@127.0.0.1:${server.port}/0`);
    expect(await talk(server, "PING\r\n")).toMatch(/^-NOAUTH/);
    expect(await talk({ path: server.socketPath ?? "" }, "PING\r\n")).toMatch(/^-NOAUTH/);
    expect(await server.logs()).toMatch(/ready to accept connections/i);
  });

  it("a server with TLS is reached by its certificate", async () => {
    await using server = await startRedis({ tls: true });
    expect(server.url).toMatch(/^rediss:/);
    expect(server.ca).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(await server.command("PING")).toBe("PONG");
  });

  it("a server that does not start fails with what it wrote", async () => {
    await expect(startRedis({ args: ["--no-such-setting", "1"] })).rejects.toThrow(
      /redis does not start: .*no-such-setting/s,
    );
  });

  it("a replica follows its primary", async () => {
    await using pair = await startRedisWithReplica({ own: true });
    await pair.primary.command("SET", "key", "value");
    const hasIt = async () => (await pair.replica.command("GET", "key")) === "value";
    await waitUntil("the replica has the key", hasIt, { timeout: 2000 });
    await expect(pair.replica.command("SET", "key", "other")).rejects.toThrow(/^READONLY/);
  });

  it("every node of a cluster serves, and a replica takes over from a killed primary", async () => {
    await using cluster = await startRedisCluster({ own: true });
    expect(cluster.nodes).toHaveLength(6);
    for (const { command } of cluster.nodes) {
      expect(await command("CLUSTER", "INFO")).toContain("cluster_state:ok");
    }
    const [primary, , , replica] = cluster.nodes;
    expect(await replica?.command("ROLE")).toEqual([
      "slave",
      "127.0.0.1",
      primary?.port,
      "connected",
      expect.any(Number),
    ]);

    await primary?.kill();
    const isPrimary = async () => `${await replica?.command("ROLE")}`.startsWith("master");
    await waitUntil("the replica takes over", isPrimary, { timeout: 15_000 });
  });

  it("sentinels put the replica in the place of a killed primary", async () => {
    await using watched = await startSentinel({ own: true });
    const { name, primary, replica, sentinels } = watched;
    const master = () => sentinels[0]?.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name);
    expect(await master()).toEqual(["127.0.0.1", `${primary.port}`]);

    await primary.kill();
    const isReplaced = async () => `${await master()}` === `127.0.0.1,${replica.port}`;
    await waitUntil("the replica takes over", isReplaced, { timeout: 15_000 });
  });
});
