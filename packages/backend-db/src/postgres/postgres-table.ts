import type { Result } from "../server/pool.js";
import { type Dialect, type Increment, type Row, ServerTable, type Sum } from "../server/server-table.js";
import type { Statements } from "../server/statements.js";
import { rangeFor } from "../table.js";
import { indexNameOf, quoteName, type TableName } from "../table-name.js";
import { arrayOf, listOf } from "./array-of.js";

const DIALECT: Dialect = {
  quote: '"',
  // In floats, which have room for it, and take a fraction of the time that the decimals of `extract` take.
  now: "(date_part('epoch', statement_timestamp()) * 1000)::bigint",
  // Independent of how the server is set to write bytes.
  bytes: (column) => `encode(${column}, 'hex')`,
};

/** A table of PostgreSQL. A statement for several rows takes each column as an array, so that it is prepared once. */
export class PostgresTable extends ServerTable {
  readonly definition: readonly string[];
  readonly #sql: ReturnType<typeof statementsFor>;

  constructor(name: TableName, statements: Statements) {
    super(name, statements, DIALECT);
    const index = quoteName(indexNameOf(name), '"');
    this.definition = [
      `CREATE TABLE IF NOT EXISTS ${this.table} (cache_key bytea PRIMARY KEY, long_key bytea, value bytea, counter bigint, expires bigint NOT NULL)`,
      `CREATE INDEX IF NOT EXISTS ${index} ON ${this.table} (expires)`,
    ];
    this.#sql = statementsFor(this.table, this.isLive, this.expires);
  }

  protected toBytes(column: unknown): Buffer {
    return Buffer.from(column as string, "hex");
  }

  protected nameOf(id: unknown): string {
    return typeof id === "string" ? id : (id as Buffer).toString("hex");
  }

  protected select(ids: readonly Buffer[]): Promise<Result> {
    return this.statements.run(this.#sql.select, arrayOf(ids));
  }

  protected selectCopies(ids: readonly Buffer[]): Promise<Result> {
    return this.statements.run(this.#sql.selectCopies, arrayOf(ids));
  }

  protected async upsert(rows: readonly Row[]): Promise<number> {
    const { changed } = await this.#upsert(rows);
    return changed;
  }

  protected async insert({ id, long, value, counter, ttlMs }: Row): Promise<boolean> {
    const { changed } = await this.statements.run(this.#sql.insert, id, long, value, counter, ttlMs);
    return changed === 1;
  }

  protected remove(ids: readonly Buffer[]): Promise<Result> {
    return this.statements.run(this.#sql.remove, arrayOf(ids));
  }

  protected async sum({ id, delta }: Increment): Promise<number | undefined> {
    const { rows } = await this.statements.run(this.#sql.sum, delta, id, ...rangeFor(delta));
    return rows[0] && Number(rows[0][0]);
  }

  protected async sumEach(increments: readonly Increment[]): Promise<readonly Sum[]> {
    const deltas = increments.map(({ delta }) => delta);
    const ranges = deltas.map((delta) => rangeFor(delta));
    const result = await this.statements.run(
      this.#sql.sumEach,
      arrayOf(increments.map(({ id }) => id)),
      listOf(deltas),
      listOf(ranges.map(([lowest]) => lowest)),
      listOf(ranges.map(([, highest]) => highest)),
    );
    return this.sumsOf(increments, result);
  }

  #upsert(rows: readonly Row[]): Promise<Result> {
    const [row] = rows;
    if (row !== undefined && rows.length === 1) {
      return this.statements.run(this.#sql.upsert, row.id, row.long, row.value, row.counter, row.ttlMs);
    }
    const ids = arrayOf(rows.map(({ id }) => id));
    const values = arrayOf(rows.map(({ value }) => value));
    const ttls = listOf(rows.map(({ ttlMs }) => ttlMs));
    // Two columns less are a tenth of the time.
    if (rows.every(({ long, counter }) => long === null && counter === null)) {
      return this.statements.run(this.#sql.upsertBytes, ids, values, ttls);
    }
    const longs = arrayOf(rows.map(({ long }) => long));
    const counters = listOf(rows.map(({ counter }) => counter));
    return this.statements.run(this.#sql.upsertEach, ids, longs, values, counters, ttls);
  }

  protected removeSome(
    condition: string,
    values: readonly unknown[],
    limit: number,
    order?: string,
  ): Promise<Result> {
    // A cull does not wait for rows that somebody is about to change; where all are to go, there is no order.
    const rest =
      order === undefined ? `LIMIT ${limit}` : `ORDER BY ${order} LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
    // As an array the rows are chosen once. In a join, which the planner may run row by row, each choice skips those that
    // the one before deleted, and more go than should.
    const text = `DELETE FROM ${this.table}
      WHERE cache_key = ANY (ARRAY(SELECT cache_key FROM ${this.table} WHERE ${condition} ${rest}))`;
    return this.statements.runOnce(text, ...values);
  }

  protected isNoneOf(ids: readonly Buffer[]): readonly [condition: string, values: readonly unknown[]] {
    return ["cache_key <> ALL (?::bytea[])", [arrayOf(ids)]];
  }
}

function statementsFor(table: string, isLive: string, expires: string) {
  const into = `INSERT INTO ${table} AS old (cache_key, long_key, value, counter, expires)`;
  const orElse = `ON CONFLICT (cache_key) DO UPDATE
    SET value = excluded.value, counter = excluded.counter, expires = excluded.expires`;
  // A row that was there has been locked by the transaction that writes over it. A result without columns, and mostly
  // without rows, is the quickest way to say which were not.
  const counted = (insert: string) =>
    `WITH written AS (${insert} ${orElse} RETURNING xmax) SELECT FROM written WHERE xmax = 0`;
  const row = `${DIALECT.bytes("cache_key")}, ${DIALECT.bytes("value")}, counter`;
  const whereLive = `FROM ${table} WHERE cache_key = ANY (?::bytea[]) AND ${isLive}`;
  return {
    select: `SELECT ${row} ${whereLive}`,
    selectCopies: `SELECT ${row}, expires, ${DIALECT.now} ${whereLive}`,
    upsert: counted(`${into} VALUES (?, ?, ?, ?, ${expires})`),
    upsertEach: counted(`${into} SELECT id, long, value, counter, ${expires.replace("?", "ttl")}
      FROM unnest(?::bytea[], ?::bytea[], ?::bytea[], ?::bigint[], ?::bigint[]) AS new (id, long, value, counter, ttl)`),
    upsertBytes: counted(`${into} SELECT id, NULL, value, NULL, ${expires.replace("?", "ttl")}
      FROM unnest(?::bytea[], ?::bytea[], ?::bigint[]) AS new (id, value, ttl)`),
    insert: `${into} VALUES (?, ?, ?, ?, ${expires}) ${orElse} WHERE NOT old.${isLive}`,
    remove: `DELETE FROM ${table} WHERE cache_key = ANY (?::bytea[]) AND ${isLive}`,
    sum: `UPDATE ${table} SET counter = counter + ?::bigint WHERE cache_key = ? AND ${isLive}
      AND counter BETWEEN ? AND ? RETURNING counter`,
    // The rows are locked in the order of their keys, so that those who change several do not wait for each other.
    sumEach: `WITH locked AS MATERIALIZED (SELECT cache_key AS id, delta FROM ${table} AS old
      JOIN unnest(?::bytea[], ?::bigint[], ?::bigint[], ?::bigint[]) AS new (id, delta, lowest, highest)
      ON cache_key = new.id WHERE ${isLive} AND counter BETWEEN lowest AND highest
      ORDER BY cache_key FOR NO KEY UPDATE OF old)
      UPDATE ${table} SET counter = counter + delta FROM locked WHERE cache_key = id
      RETURNING ${DIALECT.bytes("cache_key")}, counter`,
  };
}
