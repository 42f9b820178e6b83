import { type Copy, type Payload, payloadSize } from "@cullet/core";
import { Batch } from "../batch.js";
import { MOST_ROWS } from "../by-count.js";
import { toPayload } from "../payload.js";
import { boundsOf, type Entry, type KeyPage, NEVER, type Table } from "../table.js";
import { quoteTable, type TableName } from "../table-name.js";
import { DbFailure } from "./db-failure.js";
import { KeyOrder } from "./key-order.js";
import type { Result } from "./pool.js";
import type { Statements } from "./statements.js";
import { headOf, idOf, longKeyOf } from "./stored-key.js";

/** How many bytes of values one statement carries at most. */
const MOST_BYTES = 1_048_576;

/** A row to be stored. */
export interface Row {
  /** The primary key. */
  readonly id: Buffer;
  /** The key, where the primary key is not all of it. */
  readonly long: Buffer | null;
  readonly value: Uint8Array | null;
  readonly counter: number | null;
  readonly ttlMs: number;
}

/** What is to be added to the integer of a row. */
export interface Increment {
  /** The primary key. */
  readonly id: Buffer;
  readonly delta: number;
}

/** What came of an increment: nothing where there is no integer, or the sum would be none; or why it failed. */
export type Sum = number | undefined | Error;

/** What the servers' dialects write differently. */
export interface Dialect {
  readonly quote: '"' | "`";
  /** The milliseconds since 1970 by the clock of the server, the same in all of a statement. */
  readonly now: string;
  /** An expression for a column of bytes, as `toBytes` of a table reads it. */
  bytes(column: string): string;
}

/**
 * A table on a server. The gets of a tick are one statement, and so are its sets, and its increments. The key is bytes, as
 * far as an index takes them; a value is bytes in one column, or an integer in another, for the server to count with.
 */
export abstract class ServerTable implements Table {
  abstract readonly definition: readonly string[];
  readonly title: string;
  protected readonly statements: Statements;
  /** The name of the table, as statements have it. */
  protected readonly table: string;
  /** The time of expiry that a `?` in milliseconds gives. */
  protected readonly expires: string;
  protected readonly isLive: string;
  readonly #now: string;
  readonly #sql: ReturnType<typeof statementsFor>;
  readonly #order = new KeyOrder();
  readonly #gets = new Batch<string, Payload | undefined>((keys) => this.#getTogether(keys), MOST_ROWS);
  readonly #sets = new Batch<Entry, number | DbFailure>((entries) => this.#setTogether(entries), MOST_ROWS);
  readonly #increments = new Batch<Increment, Sum>((increments) => this.#sumTogether(increments), MOST_ROWS);

  constructor(name: TableName, statements: Statements, dialect: Dialect) {
    this.title = name.join(".");
    this.statements = statements;
    this.table = quoteTable(name, dialect.quote);
    this.expires = `LEAST(${dialect.now} + ?, ${NEVER})`;
    // The sum keeps the index on the time of expiry out of it, by which nearly all rows are found.
    this.isLive = `expires + 0 > ${dialect.now}`;
    this.#now = dialect.now;
    this.#sql = statementsFor(this.table, this.isLive, this.expires, dialect);
  }

  /** Returns the bytes in a column that was selected through `bytes` of the dialect. */
  protected abstract toBytes(column: unknown): Buffer;
  /** Returns text that tells ids apart, of one that was selected or is about to be. */
  protected abstract nameOf(id: unknown): string;
  /** Returns id, value and counter of the rows that are live among `ids`. */
  protected abstract select(ids: readonly Buffer[]): Promise<Result>;
  /** Does what `select` does; the time of expiry and that of the server follow. */
  protected abstract selectCopies(ids: readonly Buffer[]): Promise<Result>;
  /** Stores rows of different keys, in the order of their keys, and returns how many came. */
  protected abstract upsert(rows: readonly Row[]): Promise<number>;
  protected abstract insert(row: Row): Promise<boolean>;
  protected abstract remove(ids: readonly Buffer[]): Promise<Result>;
  /** Drops up to `limit` rows that meet `condition`, in this order. */
  protected abstract removeSome(
    condition: string,
    values: readonly unknown[],
    limit: number,
    order?: string,
  ): Promise<Result>;
  protected abstract isNoneOf(
    ids: readonly Buffer[],
  ): readonly [condition: string, values: readonly unknown[]];
  /** Adds to an integer. No other increment of it is under way. */
  protected abstract sum(increment: Increment): Promise<number | undefined>;
  /** Adds to the integers at several keys, and returns what came of each. */
  protected abstract sumEach(increments: readonly Increment[]): Promise<readonly Sum[]>;

  /** Returns what came of each of `increments`, where each row is an id and the sum there. */
  protected sumsOf(increments: readonly Increment[], { rows }: Result): readonly Sum[] {
    const ids = increments.map(({ id }) => id);
    return this.#eachOf(ids, rows, ([_id, sum]) => Number(sum));
  }

  async create(): Promise<void> {
    for (const statement of this.definition) await this.statements.runOnce(statement);
  }

  async look(): Promise<void> {
    await this.statements.runOnce(this.#sql.look);
  }

  get(key: string): Promise<Payload | undefined> {
    return this.#order.read([key], () => this.#gets.ask(key));
  }

  getEach(keys: readonly string[]): Promise<(Payload | undefined)[]> {
    return this.#inChunks(keys, (chunk) => this.#getChunk(chunk));
  }

  getCopies(keys: readonly string[]): Promise<(Copy<Payload> | undefined)[]> {
    return this.#inChunks(keys, async (chunk) => {
      const ids = chunk.map((key) => idOf(key));
      const { rows } = await this.selectCopies(ids);
      return this.#eachOf(ids, rows, ([_id, value, counter, expires, now]) => ({
        payload: this.#payloadOf(value, counter),
        ttlMs: ttlOf(expires, now),
      }));
    });
  }

  async has(key: string): Promise<boolean> {
    return (await this.#rowOf(this.#sql.has, key)) !== undefined;
  }

  async ttl(key: string): Promise<number | null | undefined> {
    const row = await this.#rowOf(this.#sql.ttl, key);
    return row === undefined ? undefined : ttlOf(row[0], row[1]);
  }

  async keys(prefix: string, after: Buffer | undefined, limit: number): Promise<KeyPage> {
    const [condition, values] = beginsWith(prefix, after);
    const { rows } = await this.statements.runOnce(
      `${this.#sql.keys} ${condition} ORDER BY cache_key LIMIT ${limit}`,
      ...values,
    );
    const keys = rows.map(([id, long]) => this.toBytes(long ?? id).toString());
    const last = rows.length < limit ? undefined : rows.at(-1)?.[0];
    return { keys, next: last === undefined ? undefined : this.toBytes(last) };
  }

  set(entries: readonly Entry[]): Promise<number> {
    const keys = entries.map(({ key }) => key);
    const [only] = entries;
    const isSmall = only !== undefined && entries.length === 1 && payloadSize(only.payload) < MOST_BYTES;
    return this.#order.write(keys, () => (isSmall ? this.#setOne(only) : this.#setAll(entries)));
  }

  add(entry: Entry): Promise<boolean> {
    return this.#order.write([entry.key], () => this.insert(toRow(entry)));
  }

  async delete(keys: readonly string[]): Promise<number> {
    const chunks = chunksOf(keys, MOST_ROWS);
    const results = await this.#order.write(keys, () =>
      Promise.all(chunks.map((chunk) => this.remove(chunk.map((key) => idOf(key))))),
    );
    return results.reduce((sum, { changed }) => sum + changed, 0);
  }

  async touch(key: string, ttlMs: number | null): Promise<boolean> {
    const { changed } = await this.#order.write([key], () =>
      this.statements.run(this.#sql.touch, ttlMs ?? NEVER, idOf(key)),
    );
    return changed === 1;
  }

  async increase(key: string, delta: number): Promise<number | undefined> {
    const sum = await this.#order.write([key], () => this.#increments.ask({ id: idOf(key), delta }));
    if (sum instanceof Error) throw sum;
    return sum;
  }

  async clear(prefix: string, limit: number): Promise<number> {
    const [condition, values] = beginsWith(prefix, undefined);
    const { changed } = await this.#order.writeAll(() => this.removeSome(condition, values, limit));
    return changed;
  }

  async dropExpired(limit: number): Promise<number> {
    return (await this.removeSome(`expires <= ${this.#now}`, [], limit, "expires")).changed;
  }

  async count(limit: number): Promise<number> {
    const { rows } = await this.statements.runOnce(`${this.#sql.count} LIMIT ${limit}) AS counted`);
    return Number(rows[0]?.[0]);
  }

  async dropSoonest(limit: number, spared: readonly string[]): Promise<number> {
    const [condition, values] = this.isNoneOf(spared.map((key) => idOf(key)));
    return (await this.removeSome(condition, values, limit, "expires")).changed;
  }

  async #rowOf(text: string, key: string): Promise<readonly unknown[] | undefined> {
    const { rows } = await this.#order.read([key], () => this.statements.run(text, idOf(key)));
    return rows[0];
  }

  async #getTogether(keys: readonly string[]): Promise<(Payload | undefined)[]> {
    const [only] = keys;
    if (only === undefined || keys.length > 1) return this.#getChunk(keys);
    const { rows } = await this.statements.run(this.#sql.get, idOf(only));
    return [rows[0] && this.#payloadOf(rows[0][0], rows[0][1])];
  }

  async #getChunk(keys: readonly string[]): Promise<(Payload | undefined)[]> {
    const ids = keys.map((key) => idOf(key));
    const { rows } = await this.select(ids);
    return this.#eachOf(ids, rows, ([_id, value, counter]) => this.#payloadOf(value, counter));
  }

  async #inChunks<T>(keys: readonly string[], ask: (chunk: readonly string[]) => Promise<T[]>): Promise<T[]> {
    if (keys.length <= MOST_ROWS) return this.#order.read(keys, () => ask(keys));
    const chunks = chunksOf(keys, MOST_ROWS);
    const parts = await this.#order.read(keys, () => Promise.all(chunks.map(ask)));
    return parts.flat();
  }

  /** Returns what is made of the row of each of `ids`; a row begins with its id. */
  #eachOf<T>(
    ids: readonly Buffer[],
    rows: Result["rows"],
    make: (row: readonly unknown[]) => T,
  ): (T | undefined)[] {
    const found = new Map<string, T>();
    for (const row of rows) found.set(this.nameOf(row[0]), make(row));
    return ids.map((id) => found.get(this.nameOf(id)));
  }

  #payloadOf(value: unknown, counter: unknown): Payload {
    if (counter !== null) return toPayload(Number(counter));
    return value === null ? toPayload(null) : this.toBytes(value);
  }

  async #setOne(entry: Entry): Promise<number> {
    const added = await this.#sets.ask(entry);
    if (added instanceof DbFailure) throw added;
    return added;
  }

  /** Stores the entries of a tick. How many came is told to the first who asked. */
  async #setTogether(entries: readonly Entry[]): Promise<(number | DbFailure)[]> {
    try {
      const added = await this.#setAll(entries);
      return entries.map((_, at) => (at === 0 ? added : 0));
    } catch (error) {
      if (!(error instanceof DbFailure) || error.stored.size === 0) throw error;
      return entries.map(({ key }) => (error.stored.has(key) ? 0 : error));
    }
  }

  async #sumTogether(increments: readonly Increment[]): Promise<readonly Sum[]> {
    const [only] = increments;
    return only !== undefined && increments.length === 1 ? [await this.sum(only)] : this.sumEach(increments);
  }

  async #setAll(entries: readonly Entry[]): Promise<number> {
    // All who write several rows take them in one order, so that they do not wait for each other.
    const sorted = entries.toSorted(byKey);
    let added = 0;
    let stored = 0;
    for (const chunk of chunksOf(sorted.map(toRow), MOST_ROWS, MOST_BYTES)) {
      try {
        added += await this.upsert(chunk);
      } catch (error) {
        if (error instanceof DbFailure) error.stored = new Set(sorted.slice(0, stored).map(({ key }) => key));
        throw error;
      }
      stored += chunk.length;
    }
    return added;
  }
}

function statementsFor(table: string, isLive: string, expires: string, { now, bytes }: Dialect) {
  const whereLive = `FROM ${table} WHERE cache_key = ? AND ${isLive}`;
  return {
    look: `SELECT 1 FROM ${table} LIMIT 0`,
    get: `SELECT ${bytes("value")}, counter ${whereLive}`,
    has: `SELECT 1 ${whereLive}`,
    ttl: `SELECT expires, ${now} ${whereLive}`,
    touch: `UPDATE ${table} SET expires = ${expires} WHERE cache_key = ? AND ${isLive}`,
    keys: `SELECT ${bytes("cache_key")}, ${bytes("long_key")} FROM ${table} WHERE ${isLive} AND`,
    count: `SELECT count(*) FROM (SELECT 1 FROM ${table}`,
  };
}

/** Returns a condition for the rows whose key begins with `prefix`, and stands behind the row of an id. */
function beginsWith(prefix: string, after: Buffer | undefined): [condition: string, values: unknown[]] {
  const bytes = Buffer.from(prefix);
  const head = headOf(bytes);
  const [from, to] = boundsOf(head);
  const condition = `cache_key ${after === undefined ? ">=" : ">"} ? AND cache_key < ?`;
  const values = [after ?? from, to];
  if (head.length === bytes.length) return [condition, values];
  const isLong = "substring(coalesce(long_key, cache_key), 1, ?) = ?";
  return [`${condition} AND ${isLong}`, [...values, bytes.length, bytes]];
}

/** Returns the milliseconds from `now` to `expires`, as the database gives them: numbers, or their digits. */
function ttlOf(expires: unknown, now: unknown): number | null {
  const at = Number(expires);
  return at === NEVER ? null : at - Number(now);
}

function toRow({ key, payload, ttlMs }: Entry): Row {
  const id = idOf(key);
  const isCounter = typeof payload === "number";
  return {
    id,
    long: longKeyOf(key, id),
    value: isCounter ? null : payload,
    counter: isCounter ? payload : null,
    ttlMs: ttlMs ?? NEVER,
  };
}

function byKey(a: Entry, b: Entry): number {
  return a.key < b.key ? -1 : 1;
}

/** Splits `items` into lists of at most `most`, and of at most so many bytes unless one alone has more. */
function chunksOf<T extends string | Row>(items: readonly T[], most: number, mostBytes = Infinity): T[][] {
  const chunks: T[][] = [];
  let bytes = 0;
  for (const item of items) {
    const size = typeof item === "string" ? 0 : (item.value?.length ?? 0);
    const chunk = chunks.at(-1);
    if (chunk === undefined || chunk.length === most || bytes + size > mostBytes) {
      chunks.push([item]);
      bytes = size;
    } else {
      chunk.push(item);
      bytes += size;
    }
  }
  return chunks;
}
