import { testBackend } from "@cullet/conformance";
import { createCache } from "@cullet/core";
import { failureOf, type RedisServer, soon, startRedisCluster } from "@cullet/test-servers";
import { Cluster } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { redis } from "../src/index.js";
import { slotOf } from "../src/slot.js";
import { backendOver, drivers, isInStep, listed } from "./helpers.js";

const cluster = await startRedisCluster({ own: true });
const runner = { describe, it, beforeAll, afterAll };
const KEYS = Array.from({ length: 100 }, (_, n) => `key-${n}`);

afterAll(() => cluster.stop());

testBackend({
  name: "a Redis cluster",
  create: async () => {
    const backend = redis({ location: cluster.url });
    await backend.clear("");
    return backend;
  },
  runner,
  processes: { cache: () => cluster.url, from: import.meta.url },
});

describe("over a client that the application has", () => {
  const [node] = cluster.nodes as [RedisServer];
  const client = new Cluster([{ host: node.host, port: node.port }]);
  afterAll(() => client.disconnect());

  testBackend({
    name: "a Redis cluster",
    create: async () => {
      const backend = redis({ options: { client } });
      await backend.clear("");
      return backend;
    },
    runner,
    processes: { cache: () => cluster.url, from: import.meta.url },
  });
});

describe("a slot", () => {
  it.each([
    ["key", 12_539],
    ["", 0],
    ["123456789", 12_739],
    ["{user1000}.following", slotOf("user1000")],
    ["foo{}{bar}", slotOf("foo{}{bar}")],
    ["foo{{bar}}zap", slotOf("{bar")],
    ["foo{bar}{zap}", slotOf("bar")],
  ])("of %j is %i", (key, slot) => {
    expect(slotOf(key)).toBe(slot);
  });

  it("is the one that Redis knows", async () => {
    const [node] = cluster.nodes as [RedisServer];
    for (const key of ["a", ":1:key", "ключ", "{a}b", "a{}b", "a{b", "}{a}", "x".repeat(300)]) {
      expect(slotOf(key)).toBe(await node.command("CLUSTER", "KEYSLOT", key));
    }
  });
});

describe("keys that move to another node", () => {
  it("are found there, in the middle of the move too", async () => {
    await using cache = createCache({ backend: redis, location: cluster.url });
    await cache.clear();
    await cache.setMany(Object.fromEntries(KEYS.map((key) => [key, key])));
    const key = KEYS[0] as string;
    const slot = String(slotOf(`:1:${key}`));
    const from = await keeperOf(`:1:${key}`);
    const to = cluster.nodes.slice(0, 3).find((node) => node !== from) as RedisServer;
    const [fromId, toId] = await Promise.all([from, to].map((node) => node.command("CLUSTER", "MYID")));

    await to.command("CLUSTER", "SETSLOT", slot, "IMPORTING", String(fromId));
    await from.command("CLUSTER", "SETSLOT", slot, "MIGRATING", String(toId));
    await from.command("MIGRATE", to.host, String(to.port), `:1:${key}`, "0", "1000");
    expect(await cache.get(key)).toBe(key);
    expect((await cache.getMany(KEYS)).size).toBe(KEYS.length);
    for (const node of cluster.nodes.slice(0, 3))
      await node.command("CLUSTER", "SETSLOT", slot, "NODE", String(toId));
    expect((await cache.getMany(KEYS)).size).toBe(KEYS.length);
    await cache.set(key, 1);
    expect(await cache.incr(key)).toBe(2);
    expect(await cache.deleteMany(KEYS)).toBe(KEYS.length);
  });
});

// These come last: they kill nodes.
describe("a node that is down", () => {
  it("stops its own keys, and not those of the others, until its replica takes over", async () => {
    const caches = [
      createCache({ backend: redis, location: cluster.url }),
      createCache(backendOver(drivers["ioredis 5"] as (typeof drivers)[string], cluster.url)),
    ];
    const [cache] = caches as [(typeof caches)[number]];
    await cache.setMany(Object.fromEntries(KEYS.map((key) => [key, "old"])), null);
    for (const other of caches) expect((await other.getMany(KEYS)).size).toBe(KEYS.length);
    const victim = cluster.nodes[0] as RedisServer;
    await isInStep(victim, cluster.nodes[3] as RedisServer);
    const owners = await Promise.all(KEYS.map((key) => keeperOf(`:1:${key}`)));
    const theirs = KEYS.find((_, at) => owners[at] === victim) as string;
    const others = KEYS.find((_, at) => owners[at] !== victim) as string;

    await victim.pause();
    for (const each of caches) {
      expect(await failureOf(() => each.get(theirs))).toMatchObject({ code: "CULLET_BACKEND_TIMEOUT" });
      // It is not waited for again.
      const startedAt = performance.now();
      await failureOf(() => each.set(theirs, "new"));
      expect(performance.now() - startedAt).toBeLessThan(200);
      expect(await each.get(others)).toBe("old");
      await each.set(others, "old");
    }
    await victim.kill();
    await expect.poll(() => hasTakenOver(cluster.nodes[3] as RedisServer), { timeout: 20_000 }).toBe(true);
    for (const each of caches) expect(await soon(() => each.get(theirs))).toBe("old");
    for (const each of caches) await each.set(theirs, "new");
    expect((await cache.getMany(KEYS)).size).toBe(KEYS.length);
    expect(await listed(cache)).toEqual(KEYS.toSorted());
    for (const each of caches) await each.close();
  });
});

async function keeperOf(stored: string): Promise<RedisServer> {
  const slot = slotOf(stored);
  const [first] = cluster.nodes as [RedisServer];
  const ranges = (await first.command("CLUSTER", "SLOTS")) as [number, number, [string, number]][];
  const range = ranges.find(([from, to]) => from <= slot && slot <= to);
  return cluster.nodes.find(({ port }) => port === range?.[2][1]) as RedisServer;
}

async function hasTakenOver(node: RedisServer): Promise<boolean> {
  const state = String(await node.command("CLUSTER", "INFO"));
  return String(await node.command("ROLE")).startsWith("master") && state.includes("cluster_state:ok");
}
