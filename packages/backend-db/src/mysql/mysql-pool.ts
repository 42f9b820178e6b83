import { OneConnection } from "../server/one-connection.js";
import type { Connection, Pool, Result, Statement } from "../server/pool.js";
import {
  type CallbackConnection,
  type CallbackPool,
  isCallbackPool,
  type MysqlClient,
  withCallbacks,
} from "./mysql-client.js";

/** What mysql2 returns of a statement without rows. */
interface Header {
  readonly affectedRows?: number;
  readonly insertId?: number | string;
  readonly info?: string;
}

const listenedTo = new WeakSet<object>();

/** A pool of an application, as this package asks it. */
class MysqlConnections implements Pool {
  readonly #pool: CallbackPool;

  constructor(pool: CallbackPool) {
    this.#pool = pool;
  }

  tryAcquire(): undefined {}

  acquire(): Promise<Connection> {
    return new Promise((resolve, reject) => {
      this.#pool.getConnection((error, connection) => {
        if (error) {
          reject(error);
          return;
        }
        listenTo(connection);
        resolve({
          run: (statement) => runOn(connection, statement),
          release: (isBroken) => (isBroken ? connection.destroy() : connection.release()),
        });
      });
    });
  }

  describe(): string {
    return "none of the pool is free, or the server does not answer";
  }

  close(): void {}
}

/** Returns the pool, or the connection, that an application has. */
export function connectionsOf(client: MysqlClient): Pool {
  const plain = withCallbacks(client);
  if (isCallbackPool(plain)) return new MysqlConnections(plain);
  listenTo(plain);
  return new OneConnection((statement) => runOn(plain, statement));
}

/** Runs a statement on a connection of mysql2. */
export function runOn(connection: CallbackConnection, { text, values, prepare }: Statement): Promise<Result> {
  return new Promise((resolve, reject) => {
    const done = (error: unknown, result: unknown) => {
      if (error) reject(error);
      else resolve(toResult(result));
    };
    // An application may have set its connection to return rows of other forms.
    const options = { sql: text, values: values.map(toParameter), rowsAsArray: true, typeCast: true };
    if (prepare) connection.execute(options, done);
    else connection.query(options, done);
  });
}

function toResult(result: unknown): Result {
  if (Array.isArray(result)) return { rows: result, changed: 0, insertId: 0 };
  const { affectedRows = 0, insertId = 0, info = "" } = result as Header;
  // A row that was found, and is as it should be, is left out of the count where the client is set so.
  const found = /^Rows matched: (\d+)/.exec(info)?.[1];
  return { rows: [], changed: Number(found ?? affectedRows), insertId: Number(insertId) };
}

function toParameter(value: unknown): unknown {
  if (!(value instanceof Uint8Array) || Buffer.isBuffer(value)) return value;
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

// A connection that breaks while nobody uses it would end the process.
function listenTo(connection: CallbackConnection): void {
  if (listenedTo.has(connection)) return;
  listenedTo.add(connection);
  connection.on("error", () => {});
}
