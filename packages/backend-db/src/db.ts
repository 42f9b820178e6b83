import {
  cullOptions,
  fillBackendConfig,
  InvalidConfigError,
  option,
  type PartialBackendConfig,
  readOptions,
} from "@cullet/core";
import type { Database } from "./database.js";
import { DbBackend } from "./db-backend.js";
import { type DbUrl, isUrl, parseDbUrl } from "./db-location.js";
import type { DbClient, DbOptions } from "./db-options.js";
import { isMysqlClient } from "./mysql/mysql-client.js";
import { openMysql, useMysql } from "./mysql/open-mysql.js";
import type { OpenOptions } from "./open-options.js";
import { openPostgres, usePostgres } from "./postgres/open-postgres.js";
import { isPostgresClient } from "./postgres/postgres-client.js";
import { openSqlite, useSqlite } from "./sqlite/open-sqlite.js";
import { isSqliteClient } from "./sqlite/sqlite-client.js";
import { parseTableName } from "./table-name.js";

const DEFAULT_TABLE = "cullet";

const readers = {
  ...cullOptions,
  database: option.text(),
  client: option.custom({
    expected: "a pool or connection of pg or mysql2, or a Database of better-sqlite3",
    accepts: isClient,
  }),
  table: option.text(),
  createTable: option.boolean({ default: true }),
};

/**
 * Makes a backend over a table of a database: SQLite, PostgreSQL, MySQL or MariaDB. The location is the URL of the
 * database, or the name of the table. The driver is loaded, and the database reached, when it is first used.
 *
 * @throws InvalidConfigError naming the setting that is wrong.
 */
export function db(config: PartialBackendConfig<DbOptions> = {}): DbBackend {
  const { path, location, operationTimeoutMs: timeoutMs } = fillBackendConfig(config);
  const url = isUrl(location) ? parseDbUrl(location, `${path}.location`) : undefined;
  const options = readOptions(withoutDriverArguments(config, url), readers);
  const [name, nameAt] = tableOf(location, url, options, path);
  const table = parseTableName(name, nameAt);
  const { createTable } = options;
  return new DbBackend(databaseOf(url, options, { table, path, createTable, timeoutMs }), options);
}

function tableOf(
  location: string,
  url: DbUrl | undefined,
  { table }: DbOptions,
  path: string,
): [string, string] {
  if (table !== undefined) return [table, `${path}.options.table`];
  if (url === undefined) return [location || DEFAULT_TABLE, `${path}.location`];
  return [url.table ?? DEFAULT_TABLE, `the argument table of ${path}.location`];
}

function databaseOf(url: DbUrl | undefined, { client, database }: DbOptions, options: OpenOptions): Database {
  const { path } = options;
  if (client !== undefined) {
    const other = url ? `${path}.location` : database === undefined ? undefined : `${path}.options.database`;
    if (other !== undefined)
      throw new InvalidConfigError(`${other} must name no database where options.client is given`);
    return useClient(client, options);
  }
  if (url !== undefined && database !== undefined) {
    throw new InvalidConfigError(`${path}.options.database must be left out where the location is a URL`);
  }
  const { dialect, place } = (url ?? configuredDatabase(database, path)).location;
  if (dialect === "sqlite") return openSqlite(place, options);
  return dialect === "postgres" ? openPostgres(place, options) : openMysql(place, options);
}

function useClient(client: DbClient, options: OpenOptions): Database {
  if (isSqliteClient(client)) return useSqlite(client, options);
  return isPostgresClient(client) ? usePostgres(client, options) : useMysql(client, options);
}

function configuredDatabase(database: string | undefined, path: string): DbUrl {
  if (database !== undefined) return parseDbUrl(database, `${path}.options.database`);
  const { DATABASE_URL } = process.env;
  if (DATABASE_URL) return parseDbUrl(DATABASE_URL, "the variable DATABASE_URL");
  throw new InvalidConfigError(
    `${path}.options.database must be the URL of the database; it is missing, and so is the variable DATABASE_URL`,
  );
}

// What a URL says to the driver is no option of the cache, also where all arguments must be known.
function withoutDriverArguments(
  config: PartialBackendConfig<DbOptions>,
  url: DbUrl | undefined,
): PartialBackendConfig<object> {
  if (url === undefined || !config.fromText || config.options === undefined) return config;
  const own = Object.entries(config.options).filter(([name]) => !url.driverArguments.includes(name));
  return { ...config, options: Object.fromEntries(own) };
}

function isClient(value: unknown): value is DbClient {
  return isSqliteClient(value) || isPostgresClient(value) || isMysqlClient(value);
}
