import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { db } from "@cullet/backend-db";
import { type Cache, createCache } from "@cullet/core";
import { startMariaDb, startPostgres } from "@cullet/test-servers";
import { KeyvMysql } from "@keyv/mysql";
import { KeyvPostgres } from "@keyv/postgres";
import { BentoCache, bentostore } from "bentocache";
import { kyselyDriver } from "bentocache/drivers/kysely";
import Database from "better-sqlite3";
import { Keyv } from "keyv";
import { Kysely, SqliteDialect } from "kysely";
import mysql from "mysql2/promise";
import pg from "pg";
import { AT_ONCE, manyAtATime, oneAtATime, repeated } from "./candidates.js";
import { type Candidate, duration, measure, report } from "./measure.js";
import { keysOf, shortText } from "./values.js";

const KEYS = 1_000;
const TTL_MS = 3_600_000;
const SIZES = [1_000, 100_000, 1_000_000];
const SETS = 2_000;
const WARM_UP = 3_000;
/** What a server has where it is not one of many on a machine: enough for a table of a million rows. */
const MEMORY_MB = 1_024;
const keys = keysOf(KEYS);
const hundred = keys.slice(0, 100);
const counters = hundred.map((key) => `counter:${key}`);
const bytes = Buffer.from(shortText);

type Operation = (key: string) => unknown;

/** A cache, or bare statements in its place. */
interface Contestant {
  readonly get: Operation;
  readonly set: Operation;
  readonly incr?: Operation;
  readonly getHundred?: () => unknown;
  readonly setHundred?: () => unknown;
  close(): unknown;
}

/** A database, and how a cache and another library reach it. */
interface Ground {
  readonly name: string;
  readonly location: string;
  bare(): Promise<Contestant>;
  others(): Readonly<Record<string, Contestant>>;
}

/** Measures the backend over databases beside bare prepared statements, and other caches over the same. */
export async function benchDb(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "cullet-bench-"));
  try {
    await benchOn(sqliteIn(folder));
    {
      await using server = await startPostgres({ memoryMb: MEMORY_MB });
      await benchOn(postgresAt(server.url));
    }
    await using server = await startMariaDb({ memoryMb: MEMORY_MB });
    await benchOn(mariadbAt(server.url));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchOn(ground: Ground): Promise<void> {
  await operations(ground);
  await byRows(ground);
}

async function operations({ name, location, bare, others }: Ground): Promise<void> {
  const cache = openCache(location, "cullet", 1_000_000);
  for (const counter of counters) await cache.set(counter, 0, null);
  const all: Record<string, Contestant> = {
    "bare prepared statement": await bare(),
    cullet: contestantOf(cache),
    ...others(),
  };
  for (const { set } of Object.values(all)) for (const key of keys) await set(key);
  await warmUp(Object.values(all));
  for (const [title, pick] of [
    ["get", ({ get }: Contestant) => get],
    ["set", ({ set }: Contestant) => set],
    ["incr", ({ incr }: Contestant) => incr],
  ] as const) {
    const over = title === "incr" ? counters : keys;
    const among = pickFrom(all, pick);
    report(`${name}: ${title}, one at a time`, await measure(eachOf(among, (run) => oneAtATime(run, over))));
    report(
      `${name}: ${title}, ${AT_ONCE} at a time`,
      await measure(eachOf(among, (run) => manyAtATime(run, over))),
    );
  }
  for (const [title, pick] of [
    ["getMany of 100", ({ getHundred }: Contestant) => getHundred],
    ["setMany of 100", ({ setHundred }: Contestant) => setHundred],
  ] as const) {
    report(`${name}: ${title}`, await measure(eachOf(pickFrom(all, pick), repeated)));
  }
  for (const { close } of Object.values(all)) await close();
}

/** Lets all compile what they run, of which the bare statements have the least. */
async function warmUp(all: readonly Contestant[]): Promise<void> {
  for (const { get, set, getHundred, setHundred } of all) {
    for (const operation of [get, set]) await oneAtATime(operation, keys)(WARM_UP);
    for (const operation of [getHundred, setHundred]) if (operation) await repeated(operation)(WARM_UP / 10);
  }
}

async function byRows({ name, location }: Ground): Promise<void> {
  const cache = openCache(location, "by_rows", 10_000_000);
  const set = (key: string) => cache.set(key, shortText, 36_000);
  const ways: Readonly<Record<string, (size: number) => Operation>> = {
    "over one of 1,000 values": () => (n) => set(`key:${(Number(n) * 7) % 1_000}`),
    "over any value": (size) => (n) => set(`key:${(Number(n) * 7_919) % size}`),
    "of a new key": (size) => (n) => set(`new:${size}:${n}`),
  };
  const columns = Object.keys(ways).map((way) => `${way} | to the first |`);
  console.log(`\n### ${name}: set by the number of rows\n\n| rows | ${columns.join(" ")}`);
  console.log(`|---:|${columns.map(() => "---:|---:|").join("")}`);
  const first = new Map<string, number>();
  let rows = 0;
  for (const size of SIZES) {
    for (; rows < size; rows += 1_000) {
      const entries = Array.from({ length: 1_000 }, (_, at) => [`key:${rows + at}`, shortText] as const);
      await cache.setMany(entries, 36_000);
    }
    const cells: string[] = [];
    for (const [way, operationFor] of Object.entries(ways)) {
      const took = await timed(operationFor(size));
      if (!first.has(way)) first.set(way, took);
      cells.push(`${duration(took)} | ${(took / (first.get(way) as number)).toFixed(2)} |`);
    }
    console.log(`| ${size.toLocaleString("en")} | ${cells.join(" ")}`);
  }
  await cache.close();
}

function openCache(location: string, table: string, maxEntries: number): Cache {
  return createCache({ backend: db, location, options: { table, maxEntries } });
}

function contestantOf(cache: Cache): Contestant {
  const record = Object.fromEntries(hundred.map((key) => [key, shortText]));
  return {
    get: (key) => cache.get(key),
    set: (key) => cache.set(key, shortText, TTL_MS / 1_000),
    incr: (key) => cache.incr(key),
    getHundred: () => cache.getMany(hundred),
    setHundred: () => cache.setMany(record, TTL_MS / 1_000),
    close: () => cache.close(),
  };
}

function keyvOver(keyv: Keyv): Contestant {
  const entries = hundred.map((key) => ({ key, value: shortText, ttl: TTL_MS }));
  return {
    get: (key) => keyv.get(key),
    set: (key) => keyv.set(key, shortText, TTL_MS),
    getHundred: () => keyv.getMany(hundred),
    setHundred: () => keyv.setMany(entries),
    close: () => keyv.disconnect(),
  };
}

function bentoOver(database: Database.Database): Contestant {
  const connection = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) });
  const store = bentostore().useL2Layer(
    kyselyDriver({ connection, tableName: "bento", autoCreateTable: true }),
  );
  const bento = new BentoCache({ default: "db", stores: { db: store } });
  return {
    get: (key) => bento.get({ key }),
    set: (key) => bento.set({ key, value: shortText, ttl: TTL_MS }),
    close: () => bento.disconnectAll(),
  };
}

function sqliteIn(folder: string): Ground {
  const open = (name: string) => {
    const database = new Database(join(folder, name));
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = NORMAL");
    return database;
  };
  return {
    name: "SQLite",
    location: `sqlite://${join(folder, "cullet.db")}`,
    async bare() {
      const database = open("bare.db");
      database.exec("CREATE TABLE bare (key TEXT PRIMARY KEY, value, expires INTEGER)");
      database.exec("CREATE INDEX bare_expires ON bare (expires)");
      const get = database.prepare("SELECT value FROM bare WHERE key = ? AND expires > ?");
      const setRows = (count: number) =>
        database.prepare(
          `INSERT INTO bare VALUES ${Array(count).fill("(?, ?, ?)").join(", ")} ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = excluded.expires`,
        );
      const set = setRows(1);
      const setHundred = setRows(hundred.length);
      const incr = database.prepare("UPDATE bare SET value = value + 1 WHERE key = ? RETURNING value");
      for (const counter of counters) set.run(counter, 0n, Date.now() + TTL_MS);
      return {
        get: (key) => get.get(key, Date.now()),
        set: (key) => set.run(key, bytes, Date.now() + TTL_MS),
        incr: (key) => incr.all(key),
        getHundred: () => hundred.map((key) => get.get(key, Date.now())),
        setHundred: () => setHundred.run(...hundred.flatMap((key) => [key, bytes, Date.now() + TTL_MS])),
        close: () => database.close(),
      };
    },
    others: () => ({
      "bentocache, kysely": bentoOver(open("bento.db")),
    }),
  };
}

const PG_NOW = "(extract(epoch FROM now()) * 1000)::bigint";
const MYSQL_NOW = "UNIX_TIMESTAMP(NOW(3)) * 1000";

function postgresAt(url: string): Ground {
  return {
    name: "PostgreSQL",
    location: url,
    async bare() {
      const client = new pg.Client(url);
      await client.connect();
      await client.query(
        "CREATE TABLE bare (key text PRIMARY KEY, value bytea, counter bigint, expires bigint)",
      );
      await client.query("CREATE INDEX bare_expires ON bare (expires)");
      const run = (name: string, text: string) => (values: unknown[]) => client.query({ name, text, values });
      const into = "INSERT INTO bare (key, value, expires)";
      const orElse = "ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = excluded.expires";
      const get = run("get", `SELECT value FROM bare WHERE key = $1 AND expires > ${PG_NOW}`);
      const set = run("set", `${into} VALUES ($1, $2, ${PG_NOW} + $3) ${orElse}`);
      const incr = run("incr", "UPDATE bare SET counter = counter + 1 WHERE key = $1 RETURNING counter");
      const getHundred = run(
        "getHundred",
        `SELECT key, value FROM bare WHERE key = ANY ($1) AND expires > ${PG_NOW}`,
      );
      const rows = hundred.map((_, at) => `($${at * 2 + 1}, $${at * 2 + 2}::bytea, ${PG_NOW} + ${TTL_MS})`);
      const setHundred = run("setHundred", `${into} VALUES ${rows.join(", ")} ${orElse}`);
      for (const counter of counters) {
        await client.query("INSERT INTO bare (key, counter) VALUES ($1, 0)", [counter]);
      }
      return {
        get: (key) => get([key]),
        set: (key) => set([key, bytes, TTL_MS]),
        incr: (key) => incr([key]),
        getHundred: () => getHundred([hundred]),
        setHundred: () => setHundred(hundred.flatMap((key) => [key, bytes])),
        close: () => client.end(),
      };
    },
    others: () => ({
      "keyv over @keyv/postgres": keyvOver(
        new Keyv({ store: new KeyvPostgres({ uri: url, table: "keyv" }) }),
      ),
    }),
  };
}

function mariadbAt(url: string): Ground {
  return {
    name: "MariaDB",
    location: url,
    async bare() {
      const client = await mysql.createConnection(url);
      await client.query(
        "CREATE TABLE bare (`key` VARBINARY(255) PRIMARY KEY, value LONGBLOB, counter BIGINT, expires BIGINT, INDEX (expires))",
      );
      const into = "INSERT INTO bare (`key`, value, expires) VALUES";
      const orElse = "ON DUPLICATE KEY UPDATE value = VALUES(value), expires = VALUES(expires)";
      const row = `(?, ?, ${MYSQL_NOW} + ${TTL_MS})`;
      const marks = (mark: string) => hundred.map(() => mark).join(", ");
      const live = `AND expires > ${MYSQL_NOW}`;
      for (const counter of counters) {
        await client.execute("INSERT INTO bare (`key`, counter) VALUES (?, 0)", [counter]);
      }
      return {
        get: (key) => client.execute(`SELECT value FROM bare WHERE \`key\` = ? ${live}`, [key]),
        set: (key) => client.execute(`${into} ${row} ${orElse}`, [key, bytes]),
        incr: (key) =>
          client.execute("UPDATE bare SET counter = LAST_INSERT_ID(counter + 1) WHERE `key` = ?", [key]),
        getHundred: () =>
          client.execute(`SELECT \`key\`, value FROM bare WHERE \`key\` IN (${marks("?")}) ${live}`, hundred),
        setHundred: () =>
          client.execute(
            `${into} ${marks(row)} ${orElse}`,
            hundred.flatMap((key) => [key, bytes]),
          ),
        close: () => client.end(),
      };
    },
    others: () => ({
      "keyv over @keyv/mysql": keyvOver(new Keyv({ store: new KeyvMysql({ uri: url, table: "keyv" }) })),
    }),
  };
}

/** The mean of many, in nanoseconds: what comes at times is in it. A first half warms up. */
async function timed(operation: Operation): Promise<number> {
  for (let n = 0; n < SETS; n += 1) await operation(String(n));
  const start = performance.now();
  for (let n = SETS; n < SETS * 2; n += 1) await operation(String(n));
  return ((performance.now() - start) * 1e6) / SETS;
}

function pickFrom<T>(
  all: Readonly<Record<string, Contestant>>,
  pick: (contestant: Contestant) => T | undefined,
): Record<string, T> {
  const picked = Object.entries(all).map(([name, contestant]) => [name, pick(contestant)] as const);
  return Object.fromEntries(picked.filter((entry): entry is readonly [string, T] => entry[1] !== undefined));
}

function eachOf<T>(operations: Readonly<Record<string, T>>, candidateOf: (operation: T) => Candidate) {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [name, candidateOf(operation)]),
  );
}
