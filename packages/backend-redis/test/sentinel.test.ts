import { testBackend } from "@cullet/conformance";
import { createCache } from "@cullet/core";
import { failureOf, startSentinel } from "@cullet/test-servers";
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
    await isChosen();
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
async function isChosen(): Promise<void> {
  await expect
    .poll(async () => String(await group.replica.command("ROLE")), { timeout: 20_000 })
    .toMatch(/^master/);
}
