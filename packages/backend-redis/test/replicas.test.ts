import { testBackend } from "@cullet/conformance";
import { createCache } from "@cullet/core";
import { failureOf, startFaultProxy, startRedisWithReplica } from "@cullet/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { redis } from "../src/index.js";
import { isInStep } from "./helpers.js";

const pair = await startRedisWithReplica({ own: true });
const { primary, replica } = pair;

afterAll(() => pair.stop());

testBackend({
  name: "redis with a replica",
  create: async () => {
    const backend = redis({ location: pair.url });
    await backend.clear("");
    return backend;
  },
  runner: { describe, it, beforeAll, afterAll },
  processes: { cache: () => pair.url, from: import.meta.url },
});

function cacheOver(second: { host: string; port: number }) {
  const location = `redis://${primary.host}:${primary.port};${second.host}:${second.port}/0`;
  return createCache({ backend: redis, location });
}

/** Stores an entry as another process would, and waits until the replica has it. */
async function storeElsewhere(key: string, value: string): Promise<void> {
  const other = createCache({ backend: redis, location: `redis://${primary.host}:${primary.port}/0` });
  await other.set(key, value);
  await other.close();
  await isInStep(primary, replica);
}

/** Returns how many keys this server was asked for so far. */
async function lookups(server: typeof primary): Promise<number> {
  const info = String(await server.command("INFO", "stats"));
  const [hits, misses] = ["hits", "misses"].map((name) =>
    Number(new RegExp(`keyspace_${name}:(\\d+)`).exec(info)?.[1]),
  );
  return (hits as number) + (misses as number);
}

describe("reads", () => {
  it("go to the replica", async () => {
    await using cache = cacheOver(replica);
    await storeElsewhere("theirs", "value");
    const before = { primary: await lookups(primary), replica: await lookups(replica) };
    expect(await cache.get("theirs")).toBe("value");
    expect(await cache.getMany(["theirs"])).toEqual(new Map([["theirs", "value"]]));
    expect(await cache.has("theirs")).toBe(true);
    expect(await lookups(replica)).toBeGreaterThan(before.replica);
    expect(await lookups(primary)).toBe(before.primary);
  });

  it("of what this process wrote lately go to the primary", async () => {
    // A replica that never hears of anything.
    await using proxy = await startFaultProxy({ target: replica });
    await using cache = cacheOver(proxy);
    await replica.command("REPLICAOF", "NO", "ONE");
    try {
      await cache.set("mine", "new");
      expect(await cache.get("mine")).toBe("new");
      expect(await cache.getOrSet("computed", () => "value")).toBe("value");
      expect(await cache.get("computed")).toBe("value");
      await cache.clear();
      expect(await cache.get("theirs")).toBeUndefined();
    } finally {
      await replica.command("REPLICAOF", primary.host, String(primary.port));
    }
  });

  it("go to the primary while the replica is not there", async () => {
    await using proxy = await startFaultProxy({ target: replica });
    await using cache = cacheOver(proxy);
    await cache.ready();
    await storeElsewhere("theirs", "value");
    await proxy.refuse();
    proxy.cut();
    for (let n = 0; n < 20; n += 1) expect(await cache.get("theirs")).toBe("value");
  });

  it("take no longer than one call may while the replica hangs", async () => {
    await using proxy = await startFaultProxy({ target: replica });
    await using cache = cacheOver(proxy);
    await cache.ready();
    await storeElsewhere("theirs", "value");
    proxy.blackhole();
    const startedAt = performance.now();
    expect(await cache.get("theirs")).toBe("value");
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

describe("writes", () => {
  it("fail where the primary is down, and reads do not", async () => {
    const own = await startRedisWithReplica({ own: true });
    try {
      await using cache = createCache({ backend: redis, location: own.url });
      await cache.set("key", "value", null);
      await isInStep(own.primary, own.replica);
      await own.primary.kill();
      await failureOf(() => cache.set("other", "value"));
      await using reader = createCache({ backend: redis, location: own.url });
      expect(await reader.get("key")).toBe("value");
    } finally {
      await own.stop();
    }
  });
});
