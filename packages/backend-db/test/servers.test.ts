import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { createCache, type Payload } from "@cullet/core";
import { failureOf, soon, startMariaDb, startPostgres } from "@cullet/test-servers";
import { createConnection, createPool, type QueryOptions } from "mysql2";
import mysql from "mysql2/promise";
import pg from "pg";
import { afterAll, describe, expect, it, vi } from "vitest";
import { type DbClient, type DbOptions, db } from "../src/index.js";
import { endOf, listOf, start, turnsUntil } from "./helpers.js";

const postgres = await startPostgres({ own: true });
const mariadb = await startMariaDb({ own: true });

/** A session of the driver, for what the backend does not do. */
interface Session {
  run(sql: string): Promise<unknown>;
  end(): Promise<unknown>;
}

/** What the tests must know of a database. */
interface Ground {
  readonly url: string;
  readonly name: string;
  open(): Promise<Session>;
  /** Pools and connections of an application, of which each has one connection at most. */
  readonly clients: Readonly<
    Record<string, () => Promise<{ client: DbClient; isUsable(): Promise<unknown>; end(): Promise<unknown> }>>
  >;
  /** Makes a user who may make no tables, and returns where they are. */
  readonly poor: { readonly sql: readonly string[]; readonly location: string };
  readonly schema: string;
}

const grounds: Readonly<Record<string, Ground>> = {
  PostgreSQL: {
    url: postgres.url,
    name: `postgres://${postgres.host}:${postgres.port}/cullet`,
    async open() {
      const client = new pg.Client(postgres.url);
      await client.connect();
      return { run: (sql) => client.query(sql), end: () => client.end() };
    },
    clients: {
      "a Pool of pg": async () => {
        const client = new pg.Pool({ connectionString: postgres.url, max: 1 });
        return { client, isUsable: () => client.query("SELECT 1"), end: () => client.end() };
      },
      "a Client of pg": async () => {
        const client = new pg.Client(postgres.url);
        await client.connect();
        return { client, isUsable: () => client.query("SELECT 1"), end: () => client.end() };
      },
    },
    poor: {
      sql: [
        "CREATE USER poor PASSWORD 'pw'",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO poor",
      ],
      location: postgres.url.replace("cullet:cullet", "poor:pw"),
    },
    schema: "CREATE SCHEMA app",
  },
  MariaDB: {
    url: mariadb.url,
    name: `mysql://${mariadb.host}:${mariadb.port}/cullet`,
    async open() {
      const client = await mysql.createConnection(mariadb.url);
      return { run: (sql) => client.query(sql), end: () => client.end() };
    },
    clients: {
      "a pool of mysql2/promise": async () => {
        const client = mysql.createPool({ uri: mariadb.url, connectionLimit: 1 });
        return { client, isUsable: () => client.query("SELECT 1"), end: () => client.end() };
      },
      "a pool of mysql2, set to find no rows that stay": async () => {
        const client = createPool({ uri: mariadb.url, connectionLimit: 1, flags: ["-FOUND_ROWS"] });
        return {
          client,
          isUsable: () => client.promise().query("SELECT 1"),
          end: () => client.promise().end(),
        };
      },
      "a connection of mysql2/promise": async () => {
        const client = await mysql.createConnection(mariadb.url);
        return { client, isUsable: () => client.query("SELECT 1"), end: () => client.end() };
      },
    },
    poor: { sql: [], location: mariadb.url.replace(/cullet$/, "information_schema") },
    schema: "CREATE DATABASE app",
  },
};

afterAll(async () => {
  await postgres.stop();
  await mariadb.stop();
});

let tables = 0;

function newTable(): string {
  tables += 1;
  return `table ${tables}`;
}

describe.each(Object.entries(grounds))("%s", (dialect, { url, name, open, clients, poor, schema }) => {
  const quote = (table: string) => (dialect === "MariaDB" ? `\`${table}\`` : `"${table}"`);
  const backendOf = (table: string, options: DbOptions = {}, operationTimeoutMs = 1_000) =>
    db({ location: url, options: { table, ...options }, operationTimeoutMs });

  it("keeps keys of any length and any bytes apart, lists them, and clears them by prefix", async () => {
    const backend = backendOf(newTable());
    const long = "x".repeat(512);
    const keys = [
      ...["a:", "a: ", "A:", "é:", "e\u0301:", "a:\u0001"],
      ...[long, `${long}a`, `${long}b`, `${long}ab`, randomBytes(5_000).toString("base64")],
    ];
    await backend.setMany(new Map(keys.map((key, n) => [key, n])), null);
    for (const [n, key] of keys.entries()) expect(await backend.get(key)).toBe(n);
    const listed = async (prefix: string) => (await listOf(backend.keys(prefix))).sort();
    expect(await listed("")).toEqual([...keys].sort());
    expect(await listed("a:")).toEqual(["a:", "a:\u0001", "a: "].sort());
    expect(await listed(`${long}a`)).toEqual([`${long}a`, `${long}ab`]);
    await backend.clear(`${long}a`);
    await backend.clear("a:");
    expect(await listed("")).toEqual(
      keys.filter((key) => !key.startsWith("a:") && !key.startsWith(`${long}a`)).sort(),
    );
    await backend.close();
  });

  it("lists and clears more keys than one statement names", async () => {
    const backend = backendOf(newTable(), { maxEntries: 100_000 });
    const keys = Array.from({ length: 2_345 }, (_, n) => `app:${n}`);
    await backend.setMany(new Map(keys.map((key, n) => [key, n])), null);
    await backend.set("other", 1, null);
    expect((await listOf(backend.keys("app:"))).sort()).toEqual(keys.sort());
    expect((await backend.getMany(keys)).size).toBe(2_345);
    expect(await backend.deleteMany(keys.slice(0, 1_200))).toBe(1_200);
    await backend.clear("app:");
    expect(await listOf(backend.keys(""))).toEqual(["other"]);
    await backend.close();
  });

  it("reckons with its own clock, where that of the application is wrong by an hour", async () => {
    const backend = backendOf(newTable());
    await backend.connect();
    for (const offByMs of [3_600_000, -3_600_000]) {
      await backend.set("before", 1, 60_000);
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + offByMs });
      try {
        expect(await backend.get("before")).toBe(1);
        expect(await backend.ttl("before")).toBeGreaterThan(30_000);
        expect(await backend.ttl("before")).toBeLessThanOrEqual(60_000);
        await backend.set("after", 2, 60_000);
        await backend.set("brief", 2, 50);
        expect(await backend.add("before", 3, 1_000)).toBe(false);
      } finally {
        vi.useRealTimers();
      }
      await new Promise((resolve) => setTimeout(resolve, 60));
      expect(await backend.getMany(["after", "brief"])).toEqual(new Map([["after", 2]]));
      expect(await backend.ttl("after")).toBeGreaterThan(30_000);
    }
    await backend.close();
  });

  describe("the table", () => {
    it("may have any name, in a schema too, and is made by several processes at once", async () => {
      const session = await open();
      await session.run(schema);
      const table = dialect === "MariaDB" ? "app.we`ird; DROP" : 'app.we"ird; DROP';
      const location = `${url}?table=${encodeURIComponent(table)}`;
      const children = Array.from({ length: 4 }, (_, n) => start(location, "first", `key ${n}`));
      expect(await Promise.all(children.map(endOf))).toEqual([0, 0, 0, 0]);
      const backend = db({ location });
      expect(await listOf(backend.keys(""))).toHaveLength(4);
      expect(await backend.createTable()).toBe(false);
      await backend.close();
      await session.end();
    });

    it("that is dropped is made again", async () => {
      const table = newTable();
      const session = await open();
      const backend = backendOf(table);
      await backend.set("key", 1, null);
      for (let round = 0; round < 3; round += 1) {
        await session.run(`DROP TABLE ${quote(table)}`);
        expect(await backend.get("key")).toBeUndefined();
        await session.run(`DROP TABLE ${quote(table)}`);
        await Promise.all([
          backend.set("key", 1, null),
          backend.set("other", 2, null),
          backend.add("third", 3, null),
        ]);
        expect((await backend.getMany(["key", "other", "third"])).size).toBe(3);
      }
      await backend.close();
      await session.end();
    });

    it("is not made where options.createTable is false: the error names the command", async () => {
      const table = newTable();
      const backend = backendOf(table, { createTable: false });
      expect(await failureOf(() => backend.get("key"))).toMatchObject({
        code: "CULLET_BACKEND",
        message: `${name} has no table ${table}, and options.createTable is false; make it by \`cullet create-table\`, as a user who may`,
      });
      await failureOf(() => backend.connect());
      expect(await backend.createTable()).toBe(true);
      expect(await backend.createTable()).toBe(false);
      await backend.set("key", 1, null);
      await backend.close();
    });

    it("cannot be made by a user who may not: the error names the command", async () => {
      const session = await open();
      for (const sql of poor.sql) await session.run(sql);
      const backend = db({ location: poor.location, options: { table: "none" } });
      expect((await failureOf(() => backend.get("key"))).message).toMatch(
        /has no table none, and it cannot be made: .*denied.*; make it by `cullet create-table`/,
      );
      await backend.close();
      await session.end();
    });
  });

  describe("a row that another transaction holds", () => {
    it("is waited for while everything else goes on, and for too long is an error of nothing done", async () => {
      const table = newTable();
      const backend = backendOf(table, {}, 500);
      await backend.set("key", 1, null);
      await backend.set("other", 1, null);
      const session = await open();
      await session.run("BEGIN");
      await session.run(`UPDATE ${quote(table)} SET counter = 5 WHERE counter = 1`);
      const set = failureOf(() => backend.incr("key", 1));
      expect(
        await turnsUntil(Promise.all([set, backend.get("key"), backend.set("third", 1, null)])),
      ).toBeGreaterThan(10);
      expect(await set).toMatchObject({ code: "CULLET_BACKEND_TIMEOUT", indeterminate: false });
      expect((await set).message).toMatch(/did not get to this incr within the 500 ms that it may take/);
      const waiting = backend.incr("key", 1);
      await new Promise((resolve) => setTimeout(resolve, 50));
      await session.run("COMMIT");
      expect(await waiting).toBe(6);
      await session.end();
      await backend.close();
    });

    it("in a deadlock is tried again", async () => {
      const table = newTable();
      const backend = backendOf(table, {}, 3_000);
      const entries = new Map(Array.from({ length: 50 }, (_, n) => [`key ${n}`, n]));
      await backend.setMany(entries, null);
      const session = await open();
      const row = (n: number) => `UPDATE ${quote(table)} SET expires = expires - 1 WHERE counter = ${n}`;
      for (let round = 0; round < 2; round += 1) {
        await session.run("BEGIN");
        await session.run(row(40));
        const written = backend.setMany(entries, null);
        await new Promise((resolve) => setTimeout(resolve, 100));
        // Rows are taken in the order of their keys, so that this one is held by the other by now.
        await session.run(row(10)).then(
          () => session.run("COMMIT"),
          () => session.run("ROLLBACK"),
        );
        expect(await written).toEqual([]);
      }
      expect((await backend.getMany([...entries.keys()])).size).toBe(50);
      await session.end();
      await backend.close();
    });

    it("by many who write the same keys in any order costs nobody an error", async () => {
      const table = newTable();
      const backends = Array.from({ length: 4 }, () => backendOf(table, {}, 20_000));
      const keys = Array.from({ length: 30 }, (_, n) => `key ${n}`);
      await Promise.all(
        Array.from({ length: 40 }, async (_, n) => {
          const shuffled = keys.map((key, at) => [key, at] as const).sort(() => Math.random() - 0.5);
          const backend = backends[n % 4];
          await backend?.setMany(new Map(shuffled), null);
          await backend?.deleteMany(shuffled.slice(0, 5).map(([key]) => key));
        }),
      );
      await Promise.all(backends.map((backend) => backend.close()));
    });

    it("by many who count at the same keys in any order costs nobody an error, and no sum comes twice", async () => {
      const table = newTable();
      const backends = Array.from({ length: 4 }, () => backendOf(table, {}, 20_000));
      const keys = Array.from({ length: 30 }, (_, n) => `key ${n}`);
      await backends[0]?.setMany(new Map(keys.map((key) => [key, 0])), null);
      const rounds = await Promise.all(
        Array.from({ length: 40 }, async (_, n) => {
          const shuffled = keys.toSorted(() => Math.random() - 0.5);
          const sums = await Promise.all(shuffled.map((key) => backends[n % 4]?.incr(key, 1)));
          return new Map(shuffled.map((key, at) => [key, sums[at]]));
        }),
      );
      for (const key of keys) {
        const sums = rounds.map((round) => round.get(key));
        expect(new Set(sums)).toEqual(new Set(Array.from({ length: 40 }, (_, n) => n + 1)));
      }
      await Promise.all(backends.map((backend) => backend.close()));
    });
  });

  it("counts at many keys at once; one that cannot be counted at disturbs no other", async () => {
    const backend = backendOf(newTable());
    const most = Number.MAX_SAFE_INTEGER;
    const entries = Array.from({ length: 20 }, (_, n) => [`key ${n}`, n] as const);
    await backend.setMany(new Map(entries), null);
    await backend.setMany(
      new Map<string, Payload>([
        ["text", Buffer.from("text")],
        ["most", most],
        ["least", -most],
      ]),
      null,
    );
    await backend.set("gone", 1, 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const results = await Promise.allSettled([
      ...entries.map(([key, n]) => backend.incr(key, n)),
      ...["text", "most", "least", "gone", "none"].map((key) => backend.incr(key, 1)),
    ]);
    const outcomes = results.map((result) =>
      result.status === "fulfilled" ? result.value : result.reason.code,
    );
    expect(outcomes.slice(0, 20)).toEqual(entries.map(([, n]) => 2 * n));
    expect(outcomes.slice(20)).toEqual([
      "CULLET_NOT_AN_INTEGER",
      "CULLET_NOT_AN_INTEGER",
      1 - most,
      "CULLET_KEY_NOT_FOUND",
      "CULLET_KEY_NOT_FOUND",
    ]);
    expect(await backend.get("most")).toBe(most);
    await backend.close();
  });

  it("culls together with other processes, and the expired first", async () => {
    const table = newTable();
    const [one, other] = [backendOf(table, { maxEntries: 30 }), backendOf(table, { maxEntries: 30 })];
    for (let n = 0; n < 10; n += 1) await one.set(`brief ${n}`, n, 1);
    await one.set("late", 1, null);
    for (let n = 0; n < 29; n += 1) await one.set(`key ${n}`, n, 60_000 + n * 1_000);
    expect(await listOf(one.keys(""))).toHaveLength(30);
    for (let n = 29; n < 60; n += 1) await (n % 2 === 0 ? one : other).set(`key ${n}`, n, 60_000 + n * 1_000);
    const left = await listOf(one.keys(""));
    expect(left.length).toBeLessThanOrEqual(30);
    expect(left).toEqual(expect.arrayContaining(["late", "key 59", "key 58"]));
    expect(left).not.toContain("key 0");
    await one.close();
    await other.close();
  });

  describe.each(Object.entries(clients))("%s that an application has", (_kind, make) => {
    it("is used, found in use, and never closed", async () => {
      const { client, isUsable, end } = await make();
      const table = newTable();
      const cache = createCache({ backend: db, location: table, options: { client } });
      await cache.set("counter", 1, 60);
      expect(await cache.add("counter", 5)).toBe(false);
      expect(await cache.add("added", 5)).toBe(true);
      expect(
        await Promise.all([cache.incr("counter", -5), cache.incr("counter", 0), cache.get("counter")]),
      ).toEqual([-4, -4, -4]);
      expect([await cache.touch("counter", null), await cache.touch("counter", null)]).toEqual([true, true]);
      expect(await cache.ttl("counter")).toBeNull();
      await cache.setMany({ a: "text", b: Buffer.from([0, 255]) });
      expect(await cache.getMany(["a", "b", "c"])).toEqual(
        new Map<string, unknown>([
          ["a", "text"],
          ["b", Buffer.from([0, 255])],
        ]),
      );
      expect(await cache.deleteMany(["a", "b", "c"])).toBe(2);
      await cache.close();
      await isUsable();
      await end();
    });

    it("culls by the rule", async () => {
      const { client, end } = await make();
      const backend = db({ location: newTable(), options: { client, maxEntries: 30 } });
      for (let n = 0; n < 49; n += 1) await backend.set(`key ${n}`, n, null);
      for (let n = 0; n < 20; n += 1) await backend.set("key 48", 48, null);
      expect(await listOf(backend.keys(""))).toHaveLength(29);
      await backend.close();
      await end();
    });

    it("survives the loss of its connection", async () => {
      const { client, end } = await make();
      const isPool = /pool/i.test(_kind);
      const backend = db({ location: newTable(), options: { client } });
      await backend.set("key", 1, null);
      const session = await open();
      if (dialect === "MariaDB") await killOthers(session);
      else {
        await session.run(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = 'cullet'",
        );
      }
      if (isPool) expect(await soon(async () => backend.get("key"))).toBe(1);
      else await failureOf(() => backend.get("key"));
      await session.end();
      await backend.close();
      await end().catch(() => {});
    });
  });

  it("a pool that is exhausted is an error in time, of nothing that was sent, and used again later", async () => {
    const makePool = Object.values(clients)[0] as Ground["clients"][string];
    const { client, end } = await makePool();
    const backend = db({ location: newTable(), options: { client }, operationTimeoutMs: 500 });
    await backend.set("key", 1, null);
    const lent =
      client instanceof pg.Pool ? await client.connect() : await (client as mysql.Pool).getConnection();
    expect(await failureOf(() => backend.incr("key", 1))).toMatchObject({
      code: "CULLET_BACKEND",
      message: expect.stringContaining(
        "the pool of options.client cannot be reached: no connection within 400 ms",
      ),
      indeterminate: false,
    });
    expect(await turnsUntil(failureOf(() => backend.get("key")))).toBeGreaterThanOrEqual(0);
    lent.release();
    expect(await soon(async () => backend.get("key"))).toBe(1);
    await backend.close();
    await end();
  });

  it("shows no password where it is inspected", async () => {
    const backend = backendOf(newTable());
    await backend.set("key", 1, null);
    expect(inspect(backend, { depth: 9, showHidden: true })).not.toContain("cullet:cullet");
    await backend.close();
  });

  it("does calls of one key in the order they were made", async () => {
    await using cache = createCache({ backend: db, location: url, options: { table: newTable() } });
    await cache.ready();
    const results = await Promise.all([
      cache.set("order", 1),
      cache.set("order", 2, 60),
      cache.set("order", 3, null),
      cache.incr("order"),
      cache.incr("order"),
      cache.get("order"),
      cache.ttl("order"),
    ]);
    expect(results.slice(3)).toEqual([4, 5, 5, null]);
    expect(
      await Promise.all([
        cache.delete("order"),
        cache.add("order", "x".repeat(50_000)),
        cache.has("order"),
        cache.getMany(["order", "none"]).then(({ size }) => size),
      ]),
    ).toEqual([true, true, true, 1]);
  });
});

it("a value over max_allowed_packet is an error that says so, and refused by setMany alone", async () => {
  const backend = db({ location: mariadb.url, options: { table: "large" } });
  const large = Buffer.alloc(20_000_000, 1);
  const error = await failureOf(() => backend.set("large", large, null));
  expect(error).toMatchObject({
    code: "CULLET_BACKEND",
    message: expect.stringContaining("raise max_allowed_packet"),
  });
  expect(
    await backend.setMany(
      new Map([
        ["large", large],
        ["small", Buffer.of(1)],
      ]),
      null,
    ),
  ).toEqual(["large"]);
  expect(await backend.get("small")).toEqual(Buffer.of(1));
  await backend.close();
});

it("counts at several keys of a server that returns nothing of what it changed, as MySQL does", async () => {
  const connection = createConnection(mariadb.url);
  const asked: string[] = [];
  const client = {
    execute: (options: QueryOptions, done: () => void) => {
      asked.push(options.sql);
      return connection.execute(options, done);
    },
    query: (options: QueryOptions, done: () => void) =>
      connection.query({ ...options, sql: options.sql.replace("VERSION()", "'9.4.0'") }, done),
    on: connection.on.bind(connection),
  };
  const backend = db({ location: newTable(), options: { client } });
  await backend.setMany(
    new Map<string, Payload>([
      ["one", 1],
      ["ten", 10],
      ["text", Buffer.from("text")],
    ]),
    null,
  );
  const counting = ["one", "ten", "text", "none"].map((key) => backend.incr(key, 5));
  expect(await Promise.allSettled(counting)).toMatchObject([
    { value: 6 },
    { value: 15 },
    { reason: { code: "CULLET_NOT_AN_INTEGER" } },
    { reason: { code: "CULLET_KEY_NOT_FOUND" } },
  ]);
  expect(asked.filter((sql) => sql.startsWith("UPDATE"))).toHaveLength(4);
  await backend.close();
  connection.end();
});

it("PostgreSQL culls by the rule however its planner goes about it", async () => {
  // What is left is a loop that looks at each row once more for each other row.
  const off = ["hashjoin", "hashagg", "mergejoin", "material", "sort"].map((step) => `-c enable_${step}=off`);
  const client = new pg.Pool({ connectionString: postgres.url, options: off.join(" ") });
  const backend = db({ location: newTable(), options: { client, maxEntries: 30 } });
  for (let n = 0; n < 49; n += 1) await backend.set(`key ${n}`, n, null);
  expect(await listOf(backend.keys(""))).toHaveLength(29);
  await backend.close();
  await client.end();
});

async function killOthers(session: Session): Promise<void> {
  const result = (await session.run(
    "SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND user = 'cullet'",
  )) as [{ id: number }[]];
  for (const { id } of result[0]) await session.run(`KILL ${id}`).catch(() => {});
}
