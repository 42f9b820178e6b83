import { ByCount, list, pad } from "../by-count.js";
import type { Result } from "../server/pool.js";
import { type Dialect, type Increment, type Row, ServerTable, type Sum } from "../server/server-table.js";
import type { Statements } from "../server/statements.js";
import { KEY_BYTES } from "../server/stored-key.js";
import { rangeFor } from "../table.js";
import { indexNameOf, quoteName, type TableName } from "../table-name.js";
import { tooLarge } from "./mysql-failure.js";

const DIALECT: Dialect = {
  quote: "`",
  // Independent of the time zone of the session, and of the hour that comes twice.
  now: "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000",
  bytes: (column) => column,
};

/** What any server takes, in bytes: the least that its limit was ever by default. */
const SMALL = 1_000_000;

/** How many bytes a statement has at most besides a key and its value. */
const OVERHEAD = 4_096;

/** A table of MySQL or MariaDB. */
export class MysqlTable extends ServerTable {
  readonly definition: readonly string[];
  readonly #sql: ReturnType<typeof statementsFor>;
  /** The longest packet that the server takes, where that was asked for. */
  #mostBytes: number | undefined;
  /** Whether one statement can count at several keys, where that was asked for. */
  #canSumEach: boolean | undefined;

  constructor(name: TableName, statements: Statements) {
    super(name, statements, DIALECT);
    this.definition = [
      `CREATE TABLE IF NOT EXISTS ${this.table} (cache_key VARBINARY(${KEY_BYTES}) NOT NULL PRIMARY KEY, long_key LONGBLOB, value LONGBLOB, counter BIGINT, expires BIGINT NOT NULL, INDEX ${quoteName(indexNameOf(name), "`")} (expires)) ENGINE = InnoDB`,
    ];
    this.#sql = statementsFor(this.table, this.isLive, this.expires);
  }

  protected toBytes(column: unknown): Buffer {
    return column as Buffer;
  }

  protected nameOf(id: unknown): string {
    return (id as Buffer).toString("latin1");
  }

  protected select(ids: readonly Buffer[]): Promise<Result> {
    const padded = pad(ids);
    return this.statements.run(this.#sql.select.for(padded.length), ...padded);
  }

  protected selectCopies(ids: readonly Buffer[]): Promise<Result> {
    const padded = pad(ids);
    return this.statements.run(this.#sql.selectCopies.for(padded.length), ...padded);
  }

  protected async upsert(rows: readonly Row[]): Promise<number> {
    if (rows.length === 1 && rows[0] !== undefined) await this.#checkSize(rows[0]);
    const padded = pad(rows);
    const isShort = rows.every(({ long, counter }) => long === null && counter === null);
    const { changed } = isShort
      ? await this.statements.run(
          this.#sql.upsertBytes.for(padded.length),
          ...padded.flatMap(({ id, value, ttlMs }) => [id, value, ttlMs]),
        )
      : await this.statements.run(this.#sql.upsert.for(padded.length), ...padded.flatMap(parametersOf));
    // One for each row that came, two for each that was written over; one, or none, for each of the padding.
    return Math.max(0, 2 * rows.length + (padded.length - rows.length) - changed);
  }

  protected async insert(row: Row): Promise<boolean> {
    await this.#checkSize(row);
    const { insertId } = await this.statements.run(this.#sql.insert, ...parametersOf(row));
    return insertId !== KEPT;
  }

  protected remove(ids: readonly Buffer[]): Promise<Result> {
    const padded = pad(ids);
    return this.statements.run(this.#sql.remove.for(padded.length), ...padded);
  }

  protected async sum({ id, delta }: Increment): Promise<number | undefined> {
    // Without a change, the server would not tell whether there is a row.
    if (delta === 0) return this.#counterAt(id);
    const { changed, insertId } = await this.statements.run(this.#sql.sum, delta, id, ...rangeFor(delta));
    return changed === 1 ? insertId : undefined;
  }

  protected async sumEach(increments: readonly Increment[]): Promise<readonly Sum[]> {
    this.#canSumEach ??= await this.#askCanSumEach();
    if (!this.#canSumEach)
      return Promise.all(increments.map((increment) => this.sum(increment).catch((error: Error) => error)));
    // The rows are locked in this order, so that those who change several do not wait for each other.
    const sorted = increments.toSorted((a, b) => Buffer.compare(a.id, b.id));
    const items = sorted.map(({ id, delta }) => [id.toString("hex"), delta, ...rangeFor(delta)]);
    return this.sumsOf(increments, await this.statements.run(this.#sql.sumEach, JSON.stringify(items)));
  }

  protected removeSome(
    condition: string,
    values: readonly unknown[],
    limit: number,
    order?: string,
  ): Promise<Result> {
    const ordered = order === undefined ? condition : `${condition} ORDER BY ${order}`;
    return this.statements.runOnce(`DELETE FROM ${this.table} WHERE ${ordered} LIMIT ${limit}`, ...values);
  }

  protected isNoneOf(ids: readonly Buffer[]): readonly [condition: string, values: readonly unknown[]] {
    return ids.length === 0 ? ["TRUE", []] : [`cache_key NOT IN (${ids.map(() => "?").join(", ")})`, ids];
  }

  /** Refuses what the server would answer by closing the connection, in the middle of it. */
  async #checkSize({ id, value }: Row): Promise<void> {
    const bytes = (value?.length ?? 0) + id.length + OVERHEAD;
    if (bytes < SMALL) return;
    this.#mostBytes ??= await this.#askMostBytes();
    if (bytes > this.#mostBytes) throw tooLarge(`a value of ${value?.length} bytes is too large`);
  }

  async #askMostBytes(): Promise<number> {
    const { rows } = await this.statements.runOnce("SELECT @@max_allowed_packet");
    return Number(rows[0]?.[0]);
  }

  /** MySQL has no statement that changes rows and returns them; MariaDB has what is used here since 10.6. */
  async #askCanSumEach(): Promise<boolean> {
    const { rows } = await this.statements.runOnce("SELECT VERSION()");
    const [, major, minor] = /^(\d+)\.(\d+)\..*MariaDB/i.exec(String(rows[0]?.[0])) ?? [];
    return Number(major) > 10 || (Number(major) === 10 && Number(minor) >= 6);
  }

  async #counterAt(id: Buffer): Promise<number | undefined> {
    const { rows } = await this.select([id]);
    const counter = rows[0]?.[2];
    return Number.isSafeInteger(counter) ? (counter as number) : undefined;
  }
}

/** What `LAST_INSERT_ID` is given where a live entry stands in the way. */
const KEPT = 1;

function statementsFor(table: string, isLive: string, expires: string) {
  const into = `INSERT INTO ${table} (cache_key, long_key, value, counter, expires) VALUES`;
  const row = `(?, ?, ?, ?, ${expires})`;
  const orElse = `ON DUPLICATE KEY UPDATE
    value = VALUES(value), counter = VALUES(counter), expires = VALUES(expires)`;
  const keep = (column: string) => `${column} = IF(${isLive}, ${column}, VALUES(${column}))`;
  const select = (columns: string) =>
    new ByCount(
      (count) => `SELECT ${columns} FROM ${table} WHERE cache_key IN (${list("?", count)}) AND ${isLive}`,
    );
  return {
    select: select("cache_key, value, counter"),
    selectCopies: select(`cache_key, value, counter, expires, ${DIALECT.now}`),
    upsert: new ByCount((count) => `${into} ${list(row, count)} ${orElse}`),
    // Two values less for each row are a tenth of the time.
    upsertBytes: new ByCount((count) => `${into} ${list(`(?, NULL, ?, NULL, ${expires})`, count)} ${orElse}`),
    // What is assigned first is seen by what follows, so that the time of expiry comes last. How many rows were changed
    // depends on settings of the client; what LAST_INSERT_ID was given does not.
    insert: `${into} ${row} ON DUPLICATE KEY UPDATE ${keep("value")}, ${keep("counter")},
      expires = IF(${isLive}, expires + 0 * LAST_INSERT_ID(${KEPT}), VALUES(expires))`,
    remove: new ByCount(
      (count) => `DELETE FROM ${table} WHERE cache_key IN (${list("?", count)}) AND ${isLive}`,
    ),
    sum: `UPDATE ${table} SET counter = CAST(LAST_INSERT_ID(counter + CAST(? AS SIGNED)) AS SIGNED) WHERE cache_key = ? AND ${isLive}
      AND counter BETWEEN CAST(? AS SIGNED) AND CAST(? AS SIGNED)`,
    // The rows that it would insert are there and locked, so that each is written over. An UPDATE returns none.
    sumEach: `INSERT INTO ${table} (cache_key, counter, expires)
      SELECT old.cache_key, old.counter + delta, old.expires
      FROM JSON_TABLE(?, '$[*]' COLUMNS (id VARCHAR(${2 * KEY_BYTES}) PATH '$[0]', delta BIGINT PATH '$[1]',
        lowest BIGINT PATH '$[2]', highest BIGINT PATH '$[3]')) AS new
      STRAIGHT_JOIN ${table} AS old FORCE INDEX (PRIMARY) ON old.cache_key = UNHEX(id)
      WHERE ${isLive} AND old.counter BETWEEN lowest AND highest FOR UPDATE
      ON DUPLICATE KEY UPDATE counter = VALUES(counter) RETURNING cache_key, counter`,
  };
}

function parametersOf({ id, long, value, counter, ttlMs }: Row): unknown[] {
  return [id, long, value, counter, ttlMs];
}
