/** A connection of mysql2, or what it makes for promises. */
interface MysqlConnection {
  execute(...parameters: never[]): unknown;
  query(...parameters: never[]): unknown;
}

/** A pool of mysql2, or what it makes for promises. */
interface MysqlPool extends MysqlConnection {
  getConnection(...parameters: never[]): unknown;
}

/** A pool or a connection, of `mysql2` or `mysql2/promise`. */
export type MysqlClient = MysqlPool | MysqlConnection;

type Done<T> = (error: unknown, result: T) => void;

/** A connection, as it is under the one for promises. */
export interface CallbackConnection {
  execute(options: object, done: Done<unknown>): unknown;
  query(options: object, done: Done<unknown>): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** A connection that was borrowed from a pool. */
interface CallbackPoolConnection extends CallbackConnection {
  release(): void;
  destroy(): void;
}

/** A pool, as it is under the one for promises. */
export interface CallbackPool {
  getConnection(done: Done<CallbackPoolConnection>): void;
}

/** Whether `value` is a pool or a connection of mysql2. */
export function isMysqlClient(value: unknown): value is MysqlClient {
  if (typeof value !== "object" || value === null) return false;
  return ["execute", "query"].every((name) => typeof Reflect.get(value, name) === "function");
}

/** Returns the pool or the connection that takes callbacks, which the one for promises has under it. */
export function withCallbacks(client: MysqlClient): CallbackPool | CallbackConnection {
  return Reflect.get(client, "pool") ?? Reflect.get(client, "connection") ?? client;
}

/** Whether it is a pool. */
export function isCallbackPool(client: CallbackPool | CallbackConnection): client is CallbackPool {
  return "getConnection" in client;
}
