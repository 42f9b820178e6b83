import { createCache } from "@cullet/core";
import { startRedis } from "@cullet/test-servers";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { redis } from "../src/index.js";

const server = await startRedis({ own: true });
const client = new Redis(server.url);

beforeAll(() => client.ping());
afterAll(async () => {
  await client.quit();
  await server.stop();
});

const others = { secret: "another secret, that is long enough" };

describe.each(["sign", "seal"] as const)("with a secret to %s by", (mode) => {
  const settings = { secret: { keys: "the secret of this cache, long enough", mode } };

  async function forged(forge: (stored: Buffer) => Promise<unknown> | unknown) {
    await using cache = createCache({ backend: redis, location: server.url, ...settings });
    await cache.set("role", "user", { tags: ["roles"], timeout: 60 });
    await cache.set("other", "admin", { tags: ["roles"], timeout: 60 });
    expect(await cache.get("role")).toBe("user");
    const stored = await client.getBuffer(":1:role");
    await forge(stored as Buffer);
    return { value: await cache.get("role"), undecodable: cache.stats().undecodable };
  }

  const miss = { value: undefined, undecodable: 1 };

  it("what another writes at a key is a miss", async () => {
    for (const bytes of ['"admin"', "42", "", "\xc1\x01"]) {
      expect(await forged(() => client.set(":1:role", bytes, "PX", 60_000))).toEqual(miss);
    }
    for (const settings of [{}, others]) {
      await using cache = createCache({ backend: redis, location: server.url, ...settings });
      expect(await forged(() => cache.set("role", "admin", 60))).toEqual(miss);
    }
  });

  it("what another moves from key to key, or changes, is a miss", async () => {
    expect(await forged(() => client.copy(":1:other", ":1:role", "REPLACE"))).toEqual(miss);
    const change = (stored: Buffer) => {
      stored[stored.length >> 1] = (stored[stored.length >> 1] as number) ^ 1;
      return client.set(":1:role", stored, "PX", 60_000);
    };
    expect(await forged(change)).toEqual(miss);
  });

  it("what another writes for the version of a tag makes a miss", async () => {
    const forge = async () => {
      for (const key of await client.keys(":~tag:*")) await client.set(key, '"1"');
    };
    expect((await forged(forge)).value).toBeUndefined();
  });
});
