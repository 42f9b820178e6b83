import { resolve } from "node:path";
import { loadDriver } from "../driver.js";
import type { OpenOptions } from "../open-options.js";
import type { SqliteClient } from "./sqlite-client.js";
import { SqliteDatabase } from "./sqlite-database.js";
import { SqliteTable } from "./sqlite-table.js";

/** Returns the database in the file at `place`, which is opened when it is first needed. */
export function openSqlite(place: string, options: OpenOptions): SqliteDatabase {
  const file = resolve(place);
  return new SqliteDatabase(new SqliteTable(options.table), {
    ...options,
    name: `sqlite://${file}`,
    open: () => openFile(file, options.path),
    owned: true,
  });
}

/** Returns the database behind a connection that the application has. */
export function useSqlite(client: SqliteClient, options: OpenOptions): SqliteDatabase {
  return new SqliteDatabase(new SqliteTable(options.table), {
    ...options,
    name: `sqlite://${client.name}`,
    open: async () => client,
    owned: false,
  });
}

async function openFile(file: string, path: string): Promise<SqliteClient> {
  const { default: Database } = await loadDriver("better-sqlite3", path, () => import("better-sqlite3"));
  const client = new Database(file, { timeout: 0 });
  try {
    // Readers and a writer do not hold up each other, and only a checkpoint waits for the disk.
    client.pragma("journal_mode = WAL");
    client.pragma("synchronous = NORMAL");
    // In KiB, where SQLite's own 2 MB are too few for the indexes of a million entries.
    client.pragma("cache_size = -16000");
    return client;
  } catch (error) {
    client.close();
    throw error;
  }
}
