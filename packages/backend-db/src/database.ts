import type { Awaitable } from "@cullet/core";
import type { Table } from "./table.js";

/** What is asked of the table. */
export type Ask<T> = (table: Table) => Awaitable<T>;

/** A database that holds the table: reaches it, tries again what may be tried again, and explains its errors. */
export interface Database {
  /** The table, to be asked directly only for what it says without being reached. */
  readonly table: Table;
  /** Asks for what changes nothing. `operation` is its name for messages. */
  read<T>(operation: string, ask: Ask<T>): Awaitable<T>;
  /** Asks for what may change something. */
  write<T>(operation: string, ask: Ask<T>): Promise<T>;
  /** Makes the table, even where it is not to be made on first use: `false` where it was there. */
  createTable(): Promise<boolean>;
  /** Releases the connections that are its own. Idempotent. */
  close(): Awaitable<void>;
}
