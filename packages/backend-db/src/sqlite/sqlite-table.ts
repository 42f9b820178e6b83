import { type Copy, now, type Payload } from "@cullet/core";
import { ByCount, firstOf, list } from "../by-count.js";
import { toPayload } from "../payload.js";
import { boundsOf, type Entry, type KeyPage, NEVER, rangeFor, type Table } from "../table.js";
import { indexNameOf, quoteName, quoteTable, type TableName } from "../table-name.js";
import type { SqliteClient, SqliteStatement } from "./sqlite-client.js";

/**
 * A table of SQLite, which answers without being waited for. The clock is this process's, since the database runs in it.
 * A key is text, which SQLite compares by its bytes; a value is an integer or bytes, in one column.
 */
export class SqliteTable implements Table {
  readonly title: string;
  readonly definition: readonly string[];
  readonly #sql: ReturnType<typeof statementsFor>;
  #client: SqliteClient | undefined;
  #prepared = new Map<string, SqliteStatement>();

  constructor(name: TableName) {
    this.title = name.join(".");
    this.definition = definitionOf(name);
    this.#sql = statementsFor(quoteTable(name, '"'));
  }

  /** Asks through `client` from now on. */
  attach(client: SqliteClient | undefined): void {
    this.#client = client;
    this.#prepared = new Map();
  }

  create(): void {
    this.inTransaction(() => {
      for (const statement of this.definition) this.#statement(statement).run();
    });
  }

  look(): void {
    this.#statement(this.#sql.look).get();
  }

  /** Runs `work` in a transaction, unless there is one already: the application's. */
  inTransaction<T>(work: () => T): T {
    if (this.#connected.inTransaction) return work();
    this.#statement("BEGIN IMMEDIATE").run();
    try {
      const result = work();
      this.#statement("COMMIT").run();
      return result;
    } catch (error) {
      // A full disk has ended it already.
      if (this.#connected.inTransaction) this.#statement("ROLLBACK").run();
      throw error;
    }
  }

  get(key: string): Payload | undefined {
    const value = this.#values(this.#sql.get).get(key, now());
    return value === undefined ? undefined : toPayload(value);
  }

  getEach(keys: readonly string[]): (Payload | undefined)[] {
    const rows = this.#rows(this.#sql.getEach).all(JSON.stringify(keys), now()) as [string, unknown][];
    const found = new Map(rows);
    return keys.map((key) => {
      const value = found.get(key);
      return value === undefined ? undefined : toPayload(value);
    });
  }

  getCopies(keys: readonly string[]): (Copy<Payload> | undefined)[] {
    const time = now();
    const rows = this.#rows(this.#sql.getCopies).all(JSON.stringify(keys), time) as [
      string,
      unknown,
      number,
    ][];
    const found = new Map(
      rows.map(([key, value, expires]) => [key, { payload: toPayload(value), ttlMs: ttlOf(expires, time) }]),
    );
    return keys.map((key) => found.get(key));
  }

  has(key: string): boolean {
    return this.#values(this.#sql.has).get(key, now()) !== undefined;
  }

  ttl(key: string): number | null | undefined {
    const time = now();
    const expires = this.#values(this.#sql.ttl).get(key, time) as number | undefined;
    return expires === undefined ? undefined : ttlOf(expires, time);
  }

  keys(prefix: string, after: string | undefined, limit: number): KeyPage {
    const [from, to] = boundsOf(Buffer.from(prefix));
    const time = now();
    const keys = (
      after === undefined
        ? this.#values(this.#sql.keys).all(from, to, time, limit)
        : this.#values(this.#sql.keysAfter).all(after, to, time, limit)
    ) as string[];
    return { keys, next: keys.length < limit ? undefined : keys.at(-1) };
  }

  set(entries: readonly Entry[]): number {
    const [first] = entries;
    if (first !== undefined && entries.length === 1) return this.#setOne(first);
    return this.inTransaction(() => {
      const before = this.#lastRow();
      for (let left = entries; left.length > 0; ) {
        const rows = firstOf(left);
        this.#setRows(rows);
        left = left.slice(rows.length);
      }
      // A row that comes is numbered after all that are there.
      return this.#lastRow() - before;
    });
  }

  add({ key, payload, ttlMs }: Entry): boolean {
    const time = now();
    return this.#change(this.#sql.add, key, toValue(payload), expiryOf(ttlMs, time), time) === 1;
  }

  delete(keys: readonly string[]): number {
    if (keys.length === 1) return this.#change(this.#sql.delete, keys[0], now());
    return this.#change(this.#sql.deleteEach, JSON.stringify(keys), now());
  }

  touch(key: string, ttlMs: number | null): boolean {
    const time = now();
    return this.#change(this.#sql.touch, expiryOf(ttlMs, time), key, time) === 1;
  }

  increase(key: string, delta: number): number | undefined {
    const [lowest, highest] = rangeFor(delta);
    // All rows are read, of which there is one: SQLite checkpoints its log only behind a statement that came to its end.
    const [sum] = this.#values(this.#sql.increase).all(BigInt(delta), key, now(), lowest, highest);
    return sum as number | undefined;
  }

  clear(prefix: string, limit: number): number {
    return this.#change(this.#sql.clear, ...boundsOf(Buffer.from(prefix)), limit);
  }

  dropExpired(limit: number): number {
    return this.#change(this.#sql.dropExpired, now(), limit);
  }

  count(limit: number): number {
    return this.#values(this.#sql.count).get(limit) as number;
  }

  dropSoonest(limit: number, spared: readonly string[]): number {
    return this.#change(this.#sql.dropSoonest, JSON.stringify(spared), limit);
  }

  // Two statements, since of an upsert SQLite does not tell which of the two it was.
  #setOne({ key, payload, ttlMs }: Entry): number {
    const value = toValue(payload);
    const expires = expiryOf(ttlMs, now());
    if (this.#change(this.#sql.update, value, expires, key) === 1) return 0;
    return this.#change(this.#sql.insert, key, value, expires);
  }

  #setRows(entries: readonly Entry[]): void {
    const time = now();
    const parameters: unknown[] = [];
    for (const { key, payload, ttlMs } of entries)
      parameters.push(key, toValue(payload), expiryOf(ttlMs, time));
    this.#change(this.#sql.insertRows.for(entries.length), ...parameters);
  }

  #lastRow(): number {
    return this.#values(this.#sql.lastRow).get() as number;
  }

  #change(sql: string, ...parameters: unknown[]): number {
    return this.#statement(sql).run(...parameters).changes;
  }

  #statement(sql: string): SqliteStatement {
    return this.#prepared.get(sql) ?? this.#prepare(sql);
  }

  #values(sql: string): SqliteStatement {
    return this.#prepared.get(sql) ?? this.#prepare(sql).pluck();
  }

  #rows(sql: string): SqliteStatement {
    return this.#prepared.get(sql) ?? this.#prepare(sql).raw();
  }

  #prepare(sql: string): SqliteStatement {
    // An application may have set its connection to read big integers.
    const statement = (this.#connected.prepare(sql) as SqliteStatement).safeIntegers(false);
    this.#prepared.set(sql, statement);
    return statement;
  }

  get #connected(): SqliteClient {
    return this.#client as SqliteClient;
  }
}

function statementsFor(table: string) {
  const row = "(?, ?, ?)";
  const into = `INSERT INTO ${table} AS old (cache_key, value, expires) VALUES`;
  const values = `${into} ${row}`;
  const orElse = "ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires";
  const given = "SELECT value FROM json_each(?)";
  const keys = `SELECT cache_key FROM ${table} WHERE cache_key`;
  const rows = `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table}`;
  return {
    look: `SELECT 1 FROM ${table} LIMIT 0`,
    get: `SELECT value FROM ${table} WHERE cache_key = ? AND expires > ?`,
    getEach: `SELECT cache_key, value FROM ${table} WHERE cache_key IN (${given}) AND expires > ?`,
    getCopies: `SELECT cache_key, value, expires FROM ${table} WHERE cache_key IN (${given}) AND expires > ?`,
    has: `SELECT 1 FROM ${table} WHERE cache_key = ? AND expires > ?`,
    ttl: `SELECT expires FROM ${table} WHERE cache_key = ? AND expires > ?`,
    keys: `${keys} >= CAST(? AS TEXT) AND cache_key < CAST(? AS TEXT) AND expires > ? ORDER BY cache_key LIMIT ?`,
    keysAfter: `${keys} > ? AND cache_key < CAST(? AS TEXT) AND expires > ? ORDER BY cache_key LIMIT ?`,
    update: `UPDATE ${table} SET value = ?, expires = ? WHERE cache_key = ?`,
    insert: `${values} ${orElse}`,
    insertRows: new ByCount((count) => `${into} ${list(row, count)} ${orElse}`),
    lastRow: `SELECT coalesce(max(rowid), 0) FROM ${table}`,
    add: `${values} ${orElse} WHERE old.expires <= ?`,
    delete: `DELETE FROM ${table} WHERE cache_key = ? AND expires > ?`,
    deleteEach: `DELETE FROM ${table} WHERE cache_key IN (${given}) AND expires > ?`,
    touch: `UPDATE ${table} SET expires = ? WHERE cache_key = ? AND expires > ?`,
    increase: `UPDATE ${table} SET value = value + ? WHERE cache_key = ? AND expires > ?
      AND typeof(value) = 'integer' AND value BETWEEN ? AND ? RETURNING value`,
    clear: `${rows} WHERE cache_key >= CAST(? AS TEXT) AND cache_key < CAST(? AS TEXT) LIMIT ?)`,
    dropExpired: `${rows} WHERE expires <= ? LIMIT ?)`,
    count: `SELECT min(count(*), ?) FROM ${table}`,
    dropSoonest: `${rows} WHERE cache_key NOT IN (${given}) ORDER BY expires LIMIT ?)`,
  };
}

function definitionOf(name: TableName): string[] {
  const table = quoteTable(name, '"');
  const index = [...name.slice(0, -1), indexNameOf(name)].map((part) => quoteName(part, '"')).join(".");
  return [
    `CREATE TABLE IF NOT EXISTS ${table} (cache_key TEXT PRIMARY KEY NOT NULL, value NOT NULL, expires INTEGER NOT NULL)`,
    `CREATE INDEX IF NOT EXISTS ${index} ON ${quoteName(name.at(-1) as string, '"')} (expires)`,
  ];
}

// A number of JavaScript is stored as a float, a bigint as an integer.
function toValue(payload: Payload): bigint | Uint8Array {
  return typeof payload === "number" ? BigInt(payload) : payload;
}

function ttlOf(expires: number, time: number): number | null {
  return expires === NEVER ? null : expires - time;
}

function expiryOf(ttlMs: number | null, time: number): number {
  return ttlMs === null ? NEVER : time + ttlMs;
}
