import type { TableName } from "./table-name.js";

/** What all databases are told when they are opened. */
export interface OpenOptions {
  readonly table: TableName;
  /** Where the cache is configured, for errors. */
  readonly path: string;
  /** Whether a missing table is made. */
  readonly createTable: boolean;
  /** The longest that an operation may take, in milliseconds. */
  readonly timeoutMs: number;
}
