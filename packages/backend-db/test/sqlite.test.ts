import { copyFileSync, existsSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { createCache } from "@cullet/core";
import { fakeClock } from "@cullet/core/testing";
import { failureOf } from "@cullet/test-servers";
import Database from "better-sqlite3";
import { afterAll, describe, expect, it } from "vitest";
import { db } from "../src/index.js";
import { SqliteTable } from "../src/sqlite/sqlite-table.js";
import { endOf, newDirectory, removeDirectories, start, startReady, turnsUntil } from "./helpers.js";

afterAll(removeDirectories);

const newFile = () => join(newDirectory(), "cache.db");

describe("a file of SQLite", () => {
  it("is made, with its table, when it is first needed", async () => {
    const file = newFile();
    await using cache = createCache(`sqlite://${file}?table=my_cache_table`);
    expect(existsSync(file)).toBe(false);
    await cache.set("key", "value");
    const other = new Database(file, { readonly: true });
    expect(
      other.prepare("SELECT cache_key, typeof(value), typeof(expires) FROM my_cache_table").raw().all(),
    ).toEqual([[":1:key", "blob", "integer"]]);
    expect(other.pragma("journal_mode", { simple: true })).toBe("wal");
    other.close();
  });

  it("reckons with the clock of the process, which may be a fake one", async () => {
    using clock = fakeClock();
    await using cache = createCache(`sqlite://${newFile()}`);
    await cache.setMany({ brief: 1, long: 2 }, "1m");
    await cache.touch("long", "1h");
    await clock.advance("59.999s");
    expect(await cache.getMany(["brief", "long"])).toHaveProperty("size", 2);
    await clock.advance("1ms");
    expect(await cache.getMany(["brief", "long"])).toEqual(new Map([["long", 2]]));
    expect(await cache.ttl("long")).toBe(3_540);
    expect(await cache.add("brief", 3)).toBe(true);
  });

  it("may be relative, have a space in its name, and be named by options.database", async () => {
    const directory = newDirectory();
    const file = join(directory, "my cache.db");
    await using cache = createCache(`sqlite://${directory}/my%20cache.db`);
    await cache.set("key", 1);
    await using same = createCache({
      backend: db,
      location: "cullet",
      options: { database: `file:${file}` },
    });
    expect(await same.get("key")).toBe(1);
  });

  it("takes any number of entries at once, and knows how many of them came", async () => {
    const table = new SqliteTable(["cache"]);
    const client = new Database(newFile());
    table.attach(client);
    table.create();
    const entriesTo = (count: number) =>
      Array.from({ length: count }, (_, n) => ({ key: `key ${n}`, payload: n, ttlMs: null }));
    let before = 0;
    for (const count of [2, 7, 99, 501, 1_337]) {
      expect(table.set(entriesTo(count))).toBe(count - before);
      expect(table.set(entriesTo(count))).toBe(0);
      const keys = entriesTo(count).map(({ key }) => key);
      expect(table.getEach(keys)).toEqual(entriesTo(count).map(({ payload }) => payload));
      before = count;
    }
    client.close();
  });

  it("is used by several processes from the first moment", async () => {
    const file = newFile();
    const children = Array.from({ length: 4 }, (_, n) => start(`sqlite://${file}`, "first", `key ${n}`));
    expect(await Promise.all(children.map(endOf))).toEqual([0, 0, 0, 0]);
    await using cache = createCache({ backend: db, location: `sqlite://${file}` });
    expect(await cache.incr("n").catch((error: Error) => error.message)).toMatch(/there is none/);
  });

  it("is sound after a process was killed while it wrote", async () => {
    const file = newFile();
    for (let round = 0; round < 3; round += 1) {
      const child = await startReady(`sqlite://${file}`, "churn");
      await new Promise((resolve) => setTimeout(resolve, 100));
      child.kill("SIGKILL");
      await endOf(child);
      const backend = db({ location: `sqlite://${file}` });
      await backend.set("after", 1, null);
      expect(await backend.get("after")).toBe(1);
      await backend.close();
    }
    const client = new Database(file);
    expect(client.pragma("integrity_check", { simple: true })).toBe("ok");
    client.close();
  });
});

describe("the log of a file", () => {
  it("does not grow while a process does nothing but count", async () => {
    const file = newFile();
    const backend = db({ location: `sqlite://${file}` });
    await backend.set("n", 0, null);
    for (let n = 0; n < 5_000; n += 1) await backend.incr("n", 1);
    // A page for each increment were twenty million bytes.
    expect(statSync(`${file}-wal`).size).toBeLessThan(6_000_000);
    await backend.close();
  });
});

describe("a lock that another process holds", () => {
  it("is waited for while the event loop goes on, and reads need not wait", async () => {
    const file = newFile();
    const backend = db({ location: `sqlite://${file}` });
    await backend.set("key", 1, null);
    const child = await startReady(file, "hold", "400");
    const set = backend.set("key", 2, null);
    const incrs = Promise.all([backend.incr("key", 1), backend.incr("key", 1)]);
    expect(await backend.get("key")).toBe(1);
    expect(await turnsUntil(set)).toBeGreaterThan(10);
    expect(await incrs).toEqual([3, 4]);
    expect(await endOf(child)).toBe(0);
    await backend.close();
  });

  it("for too long is an error in time, of nothing done, and the next call succeeds", async () => {
    const file = newFile();
    const backend = db({ location: `sqlite://${file}`, operationTimeoutMs: 200 });
    await backend.set("key", 1, null);
    const child = await startReady(file, "hold", "600");
    const errors = await Promise.all([
      failureOf(() => backend.set("key", 2, null)),
      failureOf(() => backend.incr("key", 1)),
    ]);
    expect(errors[0]).toMatchObject({
      code: "CULLET_BACKEND_TIMEOUT",
      message: `sqlite://${file} was locked by another process for all of the 200 ms that this set may take; nothing was done`,
      indeterminate: false,
    });
    expect(errors[1]?.message).toContain("that this incr may take");
    await endOf(child);
    expect(await backend.get("key")).toBe(1);
    await backend.set("key", 3, null);
    expect(await backend.get("key")).toBe(3);
    await backend.close();
  });

  it("does not keep a process from opening the file, nor from closing it", async () => {
    const file = newFile();
    const first = db({ location: `sqlite://${file}` });
    await first.set("key", 1, null);
    await first.close();
    const child = await startReady(file, "hold", "300");
    const backend = db({ location: `sqlite://${file}` });
    expect(await backend.get("key")).toBe(1);
    const pending = failureOf(() => backend.set("key", 2, null));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await backend.close();
    await endOf(child);
    expect(await pending).toMatchObject({ code: "CULLET_CLOSED" });
  });
});

describe("a damaged file", () => {
  it("that is no database is an error that says so, and one in its place is used", async () => {
    const file = newFile();
    writeFileSync(file, "not a database, but long enough to be looked at".repeat(100));
    const backend = db({ location: `sqlite://${file}` });
    expect(await failureOf(() => backend.get("key"))).toMatchObject({
      code: "CULLET_BACKEND",
      message: `sqlite://${file} is damaged, or no database of SQLite; put back a copy, or delete it with its -wal and -shm files: file is not a database`,
    });
    expect((await failureOf(() => backend.set("key", 1, null))).message).toContain("is damaged");
    expect((await failureOf(() => backend.connect())).message).toContain("is damaged");
    rmSync(file);
    await backend.set("key", 1, null);
    expect(await backend.get("key")).toBe(1);
    await backend.close();
  });

  it("of which a half is missing is an error, never a wrong value", async () => {
    const file = newFile();
    const backend = db({ location: `sqlite://${file}`, options: { maxEntries: 10_000 } });
    const payload = Buffer.alloc(2_000, "x");
    const entries = Array.from({ length: 500 }, (_, n) => [`key ${n}`, payload] as const);
    await backend.setMany(new Map(entries), null);
    await backend.close();
    copyFileSync(file, `${file}.copy`);
    truncateSync(file, 200_704);
    let failures = 0;
    for (const [key] of entries) {
      try {
        const found = await backend2().get(key);
        if (found !== undefined) expect(Buffer.from(found as Uint8Array).equals(payload)).toBe(true);
      } catch (error) {
        failures += 1;
        expect((error as Error).message).toContain("is damaged");
      }
    }
    expect(failures).toBeGreaterThan(0);
    copyFileSync(`${file}.copy`, file);
    expect(await backend2().get("key 499")).toEqual(payload);
    await backend2().close();

    function backend2() {
      again ??= db({ location: `sqlite://${file}` });
      return again;
    }
  });
  let again: ReturnType<typeof db> | undefined;
});

describe("of many entries stored at once", () => {
  it.each([2, 49, 50, 51, 130])("%i are stored, and it is told how many of them are new", (count) => {
    const table = new SqliteTable(["cache"]);
    const client = new Database(":memory:");
    table.attach(client);
    table.create();
    const entriesFrom = (first: number) =>
      Array.from({ length: count }, (_, at) => ({ key: `key ${first + at}`, payload: first, ttlMs: null }));
    expect(table.set(entriesFrom(0))).toBe(count);
    expect(table.set(entriesFrom(0))).toBe(0);
    const half = Math.ceil(count / 2);
    expect(table.delete([`key ${count - 1}`])).toBe(1);
    expect(table.set(entriesFrom(half))).toBe(half + 1);
    expect(table.count(1_000)).toBe(half + count);
    expect(table.get(`key ${half + count - 1}`)).toBe(half);
    client.close();
  });
});

describe("a disk that is full", () => {
  it("is an error that says so; what was stored stands, and there is room again after a delete", async () => {
    const file = newFile();
    const client = new Database(file);
    client.pragma("journal_mode = WAL");
    const backend = db({ options: { client, maxEntries: 10_000 } });
    await backend.set("old", 1, null);
    const used = client.pragma("page_count", { simple: true });
    client.pragma(`max_page_count = ${Number(used) + 20}`);
    const large = Buffer.alloc(200_000);
    const message = expect.stringMatching(/ has no room left on its disk, or up to its max_page_count: /);
    expect(await failureOf(() => backend.set("large", large, null))).toMatchObject({
      code: "CULLET_BACKEND",
      message,
      indeterminate: false,
    });
    expect(
      await backend.setMany(
        new Map([
          ["small", Buffer.of(1)],
          ["large", large],
        ]),
        null,
      ),
    ).toEqual(["large"]);
    expect(await backend.get("small")).toEqual(Buffer.of(1));
    const together = await Promise.allSettled([
      backend.set("a", 1, null),
      backend.set("large", large, null),
      backend.incr("old", 1),
    ]);
    expect(together).toMatchObject([{ status: "fulfilled" }, { status: "rejected" }, { value: 2 }]);
    client.pragma("max_page_count = 1000000");
    await backend.set("large", large, null);
    expect(await backend.get("large")).toEqual(large);
    await backend.close();
    expect(client.open).toBe(true);
    client.close();
  });
});

describe("the table", () => {
  it("that is dropped is made again", async () => {
    const file = newFile();
    const backend = db({ location: `sqlite://${file}` });
    await backend.set("key", 1, null);
    const other = new Database(file);
    for (let round = 0; round < 3; round += 1) {
      other.exec("DROP TABLE cullet");
      expect(await backend.get("key")).toBeUndefined();
      other.exec("DROP TABLE cullet");
      await Promise.all([backend.set("key", 1, null), backend.set("other", 2, null)]);
      expect(await backend.getMany(["key", "other"])).toEqual(
        new Map([
          ["key", 1],
          ["other", 2],
        ]),
      );
    }
    other.close();
    await backend.close();
  });

  it("is not made where options.createTable is false: the error names the command", async () => {
    const file = newFile();
    const backend = db({ location: `sqlite://${file}`, options: { createTable: false } });
    expect(await failureOf(() => backend.get("key"))).toMatchObject({
      code: "CULLET_BACKEND",
      message: `sqlite://${file} has no table cullet, and options.createTable is false; make it by \`cullet create-table\`, as a user who may`,
    });
    await failureOf(() => backend.set("key", 1, null));
    await failureOf(() => backend.connect());
    expect(await backend.createTable()).toBe(true);
    expect(await backend.createTable()).toBe(false);
    await backend.set("key", 1, null);
    await backend.close();
  });

  it("cannot be made in a file that may not be written: the error names the command", async () => {
    const file = newFile();
    new Database(file).exec("CREATE TABLE other (a)").close();
    const client = new Database(file, { readonly: true });
    const backend = db({ options: { client } });
    expect((await failureOf(() => backend.get("key"))).message).toMatch(
      /cannot be made: .*cullet create-table/,
    );
    client.close();
  });
});

describe("what another program keeps in the table", () => {
  it("is a miss, or not an integer, and written over", async () => {
    const file = newFile();
    await using cache = createCache({ backend: db, location: `sqlite://${file}` });
    await cache.set("ours", 1);
    const other = new Database(file);
    const insert = other.prepare(`INSERT INTO cullet VALUES (?, ?, ${2 ** 52})`);
    const values = { text: "text", real: 1.5, blob: Buffer.from("not ours") };
    for (const [key, value] of Object.entries(values)) insert.run(`:1:${key}`, value);
    insert.run(":1:big", 2n ** 60n);
    for (const key of ["text", "real", "blob", "big"]) {
      expect(await cache.get(key)).toBeUndefined();
      await expect(cache.incr(key)).rejects.toMatchObject({ code: "CULLET_NOT_AN_INTEGER" });
      await cache.set(key, 1);
      expect(await cache.incr(key)).toBe(2);
    }
    expect(cache.stats()).toMatchObject({ undecodable: 4, errors: 0 });
    other.close();
  });
});

describe("the connection of an application", () => {
  it("is used as it is, in its transaction too, and not closed", async () => {
    const client = new Database(newFile());
    client.defaultSafeIntegers(true);
    await using cache = createCache({ backend: db, location: "main.cache", options: { client } });
    await cache.set("key", 1, 60);
    client.exec("BEGIN");
    await Promise.all([cache.set("key", 5, 60), cache.set("other", 5)]);
    expect(await cache.incr("key")).toBe(6);
    client.exec("ROLLBACK");
    expect(await cache.getMany(["key", "other"])).toEqual(new Map([["key", 1]]));
    expect(await cache.ttl("key")).toBeGreaterThan(59);
    await cache.close();
    expect(client.open).toBe(true);
    expect(inspect(cache, { depth: 9 })).not.toContain("value");
    client.close();
  });
});

describe("calls of one tick", () => {
  it("are done in the order they were made", async () => {
    await using cache = createCache({ backend: db, location: `sqlite://${newFile()}` });
    await cache.ready();
    const results = await Promise.all([
      cache.delete("order"),
      cache.get("order"),
      cache.set("order", 1),
      cache.get("order"),
      cache.set("order", 2, 60),
      cache.set("order", 3, null),
      cache.incr("order"),
      cache.incr("order"),
      cache.get("order"),
      cache.ttl("order"),
      cache.delete("order"),
      cache.add("order", "x".repeat(50_000)),
      cache.has("order"),
    ]);
    expect(results.slice(1)).toEqual([
      undefined,
      undefined,
      1,
      undefined,
      undefined,
      4,
      5,
      5,
      null,
      true,
      true,
      true,
    ]);
  });

  it("of which there are thousands leave room for others", async () => {
    const backend = db({ location: `sqlite://${newFile()}`, options: { maxEntries: 100_000 } });
    await backend.connect();
    const sets = Promise.all(Array.from({ length: 5_000 }, (_, n) => backend.set(`key ${n}`, n, null)));
    let turns = 0;
    const isOver = sets.then(() => true);
    while (!(await Promise.race([isOver, new Promise((resolve) => setImmediate(resolve, false))])))
      turns += 1;
    expect(turns).toBeGreaterThan(5);
    expect(await backend.get("key 4999")).toBe(4_999);
    await backend.close();
  });
});

describe("a directory that is not there", () => {
  it("is an error that says so", async () => {
    const backend = db({ location: `sqlite://${join(newDirectory(), "none", "cache.db")}` });
    expect((await failureOf(() => backend.get("key"))).message).toContain("its directory must be there");
  });
});
