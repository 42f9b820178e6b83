/** A prepared statement of better-sqlite3. */
export interface SqliteStatement {
  get(...parameters: unknown[]): unknown;
  all(...parameters: unknown[]): unknown[];
  run(...parameters: unknown[]): { readonly changes: number };
  pluck(toggle?: boolean): this;
  raw(toggle?: boolean): this;
  safeIntegers(toggle?: boolean): this;
}

/** What is used of a `Database` of better-sqlite3. */
export interface SqliteClient {
  /** The path of the file. */
  readonly name: string;
  readonly inTransaction: boolean;
  prepare(sql: string): unknown;
  pragma(source: string): unknown;
  close(): unknown;
}

/** Whether `value` is a `Database` of better-sqlite3. */
export function isSqliteClient(value: unknown): value is SqliteClient {
  if (typeof value !== "object" || value === null) return false;
  const methods = ["prepare", "pragma", "close"].map((name) => Reflect.get(value, name));
  return methods.every((method) => typeof method === "function") && "inTransaction" in value;
}
