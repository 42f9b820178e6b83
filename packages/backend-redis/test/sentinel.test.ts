import { testBackend } from "@cullet/conformance";
import { createCache } from "@cullet/core";
import { failureOf, type RedisServer, soon, startSentinel } from "@cullet/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { redis } from "../src/index.js";
import { backendOver, drivers, isInStep } from "./helpers.js";

const group = await startSentinel({ own: true });

afterAll(() => group.stop());

testBackend({
  name: "redis behind Sentinel",
  create: async () => {
    const backend = redis({ location: group.url });
    await backend.clear("");
    return backend;
  },
  runner: { describe, it, beforeAll, afterAll },
  processes: { cache: () => group.url, from: import.meta.url },
});

describe("a master that is gone", () => {
  it("is replaced by the one that the sentinels choose", async () => {
    const caches = [
      createCache({ backend: redis, location: group.url }),
      createCache(backendOver(drivers["ioredis 5"] as (typeof drivers)[string], group.url)),
    ];
    for (const cache of caches) await cache.set("key", "old", null);
    await isInStep(group.primary, group.replica);
    await group.primary.kill();
    await isChosen(group.replica);
    const chosenAt = performance.now();
    for (const cache of caches) {
      await expect
        .poll(() => cache.set("key", "new").then(() => "stored", String), { timeout: 5_000 })
        .toBe("stored");
      expect(performance.now() - chosenAt).toBeLessThan(4_000);
      expect(await cache.get("key")).toBe("new");
      await cache.close();
    }
  });
});

describe("over TLS", () => {
  it("sentinels and servers are reached by the certificate that is trusted, also when another is the master", async () => {
    await using guarded = await startSentinel({ own: true, tls: true });
    const { primary, replica, url, ca } = guarded;
    await using cache = createCache({ backend: redis, location: url, options: { tls: { ca } } });
    await cache.set("key", "old", null);
    expect(await cache.get("key")).toBe("old");
    await using stranger = createCache({ backend: redis, location: url });
    expect(await failureOf(() => stranger.get("key"))).toMatchObject({ code: "CULLET_BACKEND" });
    await isInStep(primary, replica);
    await primary.kill();
    await isChosen(replica);
    await soon(() => cache.set("key", "new"));
    expect(await cache.get("key")).toBe("new");
  }, 40_000);
});

describe("sentinels that are not there", () => {
  it("fail a call in time", async () => {
    await using cache = createCache({ backend: redis, location: "redis+sentinel://127.0.0.1:1/mymaster/0" });
    const error = await failureOf(() => cache.get("key"));
    expect(error.message).toMatch(
      /^redis\+sentinel:\/\/127\.0\.0\.1:1\/mymaster cannot be reached: All sentinels are unreachable/,
    );
  });
});

/** Waits until the replica is the master. */
async function isChosen(replica: RedisServer): Promise<void> {
  await expect
    .poll(async () => String(await replica.command("ROLE")), { timeout: 20_000 })
    .toMatch(/^master/);
}
