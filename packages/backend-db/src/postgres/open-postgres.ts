import { nameOfServer } from "../db-location.js";
import type { OpenOptions } from "../open-options.js";
import { OwnPool } from "../server/own-pool.js";
import type { Pool } from "../server/pool.js";
import { ServerDatabase } from "../server/server-database.js";
import { connectPostgres } from "./connect-postgres.js";
import { isPostgresPool, type PostgresClient } from "./postgres-client.js";
import { toPostgresFailure } from "./postgres-failure.js";
import { connectionsOf, runOn } from "./postgres-pool.js";
import { PostgresTable } from "./postgres-table.js";

/** Returns the database at `url`, to which connections are made when they are first needed. */
export function openPostgres(url: string, options: OpenOptions): ServerDatabase {
  return databaseOver(ownPool(url, options), nameOfServer(url), options);
}

/** Returns the database behind a pool or a connection that the application has. */
export function usePostgres(client: PostgresClient, options: OpenOptions): ServerDatabase {
  const what = isPostgresPool(client) ? "the pool" : "the connection";
  return databaseOver(connectionsOf(client), `${what} of options.client`, options);
}

function databaseOver(pool: Pool, name: string, options: OpenOptions): ServerDatabase {
  return new ServerDatabase({
    ...options,
    name,
    pool,
    toFailure: toPostgresFailure,
    makeTable: (statements) => new PostgresTable(options.table, statements),
  });
}

function ownPool(url: string, options: OpenOptions): Pool {
  return new OwnPool(async () => {
    const { client, destroy } = await connectPostgres(url, options);
    return {
      run: (statement) => runOn(client, statement),
      end: () => {
        client.end().catch(() => {});
      },
      destroy,
      onEnd: (listener) => {
        client.once("end", listener);
        client.once("error", listener);
      },
    };
  });
}
