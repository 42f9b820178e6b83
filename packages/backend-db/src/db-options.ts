import type { CullOptions } from "@cullet/core";
import type { MysqlClient } from "./mysql/mysql-client.js";
import type { PostgresClient } from "./postgres/postgres-client.js";
import type { SqliteClient } from "./sqlite/sqlite-client.js";

/** A pool or a connection of an application. */
export type DbClient = SqliteClient | PostgresClient | MysqlClient;

/** Options of the database backend. */
export interface DbOptions extends CullOptions {
  /** The URL of the database, where the location names none. @default the variable DATABASE_URL of the environment */
  database?: string;
  /**
   * A pool or connection that the application has already, in place of a URL: of `pg`, `mysql2`, or a `Database` of
   * `better-sqlite3`. Its settings stay as they are, and it is not closed with the cache.
   */
  client?: DbClient;
  /** The table, with its schema if it has one: `cache`, `app.cache`. @default the one of the location, else "cullet" */
  table?: string;
  /** Whether a missing table is made on first use. @default true */
  createTable?: boolean;
}
