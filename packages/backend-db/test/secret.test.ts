import { createCache } from "@cullet/core";
import { startPostgres } from "@cullet/test-servers";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "../src/index.js";

const server = await startPostgres({ own: true });
const client = new pg.Client(server.url);

beforeAll(() => client.connect());
afterAll(async () => {
  await client.end();
  await server.stop();
});

describe.each(["sign", "seal"] as const)("with a secret to %s by", (mode) => {
  it.each([
    ["writes", "SET value = '\"admin\"'::bytea"],
    ["counts", "SET value = NULL, counter = 42"],
    [
      "copies from another key",
      "SET value = (SELECT value FROM secrets WHERE cache_key = ':1:other'::bytea)",
    ],
    ["changes", "SET value = set_byte(value, length(value) / 2, get_byte(value, length(value) / 2) # 1)"],
  ])("what another %s in the table is a miss", async (_what, change) => {
    const settings = { secret: { keys: "the secret of this cache, long enough", mode } };
    await using cache = createCache({
      backend: db,
      location: server.url,
      options: { table: "secrets" },
      ...settings,
    });
    await cache.set("role", "user", 60);
    await cache.set("other", "admin", 60);
    expect(await cache.get("role")).toBe("user");
    const { rowCount } = await client.query(`UPDATE secrets ${change} WHERE cache_key = ':1:role'::bytea`);
    expect(rowCount).toBe(1);
    expect(await cache.get("role")).toBeUndefined();
    expect(cache.stats().undecodable).toBe(1);
  });
});
