import { randomBytes } from "node:crypto";
import { canLimitDisk, startMariaDb, startPostgres } from "@cullet/test-servers";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { db } from "../src/index.js";

const DISK_MB = 32;
const LONG = 60_000;

/** Runs statements on PostgreSQL. */
async function run(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

const grounds = {
  PostgreSQL: {
    start: startPostgres,
    // To use what rows that are gone have left, it needs a little room itself.
    prepare: (url: string) => run(url, "CREATE TABLE ballast AS SELECT * FROM generate_series(1, 20000)"),
    makeRoom: (url: string) => run(url, "DROP TABLE ballast", "VACUUM cullet"),
  },
  // It deletes nothing either, until whoever runs it gives it room.
  MariaDB: { start: startMariaDb, prepare: undefined, makeRoom: undefined },
};

// Not in a container that may not mount, and has no Docker engine either.
const canHaveDisk = await canLimitDisk();

describe.each(Object.entries(grounds))("%s", (name, { start, prepare, makeRoom }) => {
  const test = it.skipIf(name === "PostgreSQL" && !canHaveDisk);

  test("without room on its disk says so, and keeps what was stored", { timeout: LONG }, async () => {
    await using server = await start({ diskMb: DISK_MB });
    const options = { maxEntries: 10_000 };
    const backend = db({ location: server.url, options, operationTimeoutMs: 10_000 });
    await prepare?.(server.url);
    const large = randomBytes(500_000);
    await backend.set("old", 1, null);
    let stored = 0;
    const fill = async () => {
      for (; stored < DISK_MB * 4; stored += 1) await backend.set(`large ${stored}`, large, null);
    };
    await expect(fill()).rejects.toMatchObject({
      code: "CULLET_BACKEND",
      message: expect.stringMatching(/refused this set: .*(No space left on device|is full)/),
      indeterminate: false,
    });
    expect(stored).toBeGreaterThan(10);
    expect(await backend.get("old")).toBe(1);
    expect(await backend.get("large 0")).toEqual(large);
    expect(await backend.get(`large ${stored}`)).toBeUndefined();
    // Which of several fit still is the server's to say.
    const keys = Array.from({ length: 20 }, (_, n) => `more ${n}`);
    const refused = await backend.setMany(new Map(keys.map((key) => [key, large])), null);
    expect(refused.length).toBeGreaterThan(0);
    expect([...(await backend.getMany(keys)).keys()]).toEqual(keys.filter((key) => !refused.includes(key)));
    const others = Array.from({ length: 20 }, (_, n) => `other ${n}`);
    const results = await Promise.allSettled(others.map((key) => backend.set(key, large, null)));
    expect([...(await backend.getMany(others)).keys()]).toEqual(
      others.filter((_, at) => results[at]?.status === "fulfilled"),
    );
    if (makeRoom !== undefined) {
      const old = Array.from({ length: 5 }, (_, n) => `large ${n}`);
      expect(await backend.deleteMany(old)).toBe(5);
      await makeRoom(server.url);
      await backend.set("again", large, null);
      expect(await backend.get("again")).toEqual(large);
    }
    await backend.close();
  });
});
