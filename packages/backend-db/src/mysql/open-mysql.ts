import { nameOfServer } from "../db-location.js";
import { loadDriver } from "../driver.js";
import type { OpenOptions } from "../open-options.js";
import { OwnPool } from "../server/own-pool.js";
import type { Pool } from "../server/pool.js";
import { ServerDatabase } from "../server/server-database.js";
import { isCallbackPool, type MysqlClient, withCallbacks } from "./mysql-client.js";
import { toMysqlFailure } from "./mysql-failure.js";
import { connectionsOf, runOn } from "./mysql-pool.js";
import { MysqlTable } from "./mysql-table.js";

/** Returns the database at `url`, to which connections are made when they are first needed. */
export function openMysql(url: string, options: OpenOptions): ServerDatabase {
  return databaseOver(ownPool(url, options), nameOfServer(url), options);
}

/** Returns the database behind a pool or a connection that the application has. */
export function useMysql(client: MysqlClient, options: OpenOptions): ServerDatabase {
  const what = isCallbackPool(withCallbacks(client)) ? "the pool" : "the connection";
  return databaseOver(connectionsOf(client), `${what} of options.client`, options);
}

function databaseOver(pool: Pool, name: string, options: OpenOptions): ServerDatabase {
  return new ServerDatabase({
    ...options,
    name,
    pool,
    toFailure: toMysqlFailure,
    makeTable: (statements) => new MysqlTable(options.table, statements),
  });
}

function ownPool(url: string, { timeoutMs, path }: OpenOptions): Pool {
  return new OwnPool(async () => {
    const { default: mysql } = await loadDriver("mysql2", path, () => import("mysql2"));
    const connection = mysql.createConnection({ uri: url, connectTimeout: timeoutMs, enableKeepAlive: true });
    // It is told by the end, too.
    connection.on("error", () => {});
    const isConnected = new Promise<void>((resolve, reject) => {
      connection.connect((error) => (error ? reject(error) : resolve()));
    });
    try {
      await isConnected;
    } catch (error) {
      connection.destroy();
      throw error;
    }
    connection.query(settingsFor(timeoutMs), () => {});
    return {
      run: (statement) => runOn(connection, statement),
      end: () => connection.end(() => connection.destroy()),
      destroy: () => connection.destroy(),
      onEnd: (listener) => {
        connection.once("end", listener);
        connection.once("error", listener);
      },
    };
  });
}

// The server gives up before the caller does, so that it is known that nothing was done: MariaDB at any time, MySQL
// after whole seconds.
function settingsFor(timeoutMs: number): string {
  const seconds = (timeoutMs * 0.8) / 1_000;
  return `SET SESSION innodb_lock_wait_timeout = ${Math.max(1, Math.floor(seconds))} /*M! , max_statement_time = ${seconds} */`;
}
