import { createHash } from "node:crypto";
import { OneConnection } from "../server/one-connection.js";
import type { Connection, Pool, Result, Statement } from "../server/pool.js";
import {
  isPostgresPool,
  type PostgresClient,
  type PostgresConnection,
  type PostgresPool,
} from "./postgres-client.js";

/** Results stay the text that they are: an application may have set the driver to read integers in its own way. */
const AS_TEXT = { getTypeParser: () => (text: unknown) => text };
const FORM = { rowMode: "array", types: AS_TEXT };

const listenedTo = new WeakSet<object>();
const prepared = new Map<string, object>();

/** A pool of an application, as this package asks it. */
class PostgresConnections implements Pool {
  readonly #pool: PostgresPool;

  constructor(pool: PostgresPool) {
    this.#pool = pool;
    listenTo(pool);
  }

  tryAcquire(): undefined {}

  async acquire(): Promise<Connection> {
    const client = await this.#pool.connect();
    listenTo(client);
    return {
      run: (statement) => runOn(client, statement),
      release: (isBroken) => client.release(isBroken),
    };
  }

  describe(): string {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    return `of ${totalCount} connections of the pool ${idleCount} are free, and ${waitingCount} calls wait for one`;
  }

  close(): void {}
}

/** Returns the pool, or the connection, that an application has. */
export function connectionsOf(client: PostgresClient): Pool {
  if (isPostgresPool(client)) return new PostgresConnections(client);
  listenTo(client);
  return new OneConnection((statement) => runOn(client, statement));
}

/** Runs a statement on a connection of pg. */
export function runOn(client: PostgresConnection, { text, values, prepare }: Statement): Promise<Result> {
  const query = prepare ? preparedOf(text) : { text: numbered(text), ...FORM };
  return new Promise((resolve, reject) => {
    // A copy, since pg writes into what it is given.
    client.query({ ...query }, values, (error, result) => {
      if (error) reject(error);
      else resolve({ rows: result.rows, changed: result.rowCount ?? 0, insertId: 0 });
    });
  });
}

/** Returns a statement as pg takes it, with the name under which it is prepared on a connection that is not ours alone. */
function preparedOf(text: string): object {
  const known = prepared.get(text);
  if (known !== undefined) return known;
  const digest = createHash("sha256").update(text).digest("hex");
  const made = { name: `cullet_${digest.slice(0, 24)}`, text: numbered(text), ...FORM };
  prepared.set(text, made);
  return made;
}

/** Returns `text` with `$1`, `$2` and so on in the place of each `?`. */
function numbered(text: string): string {
  let number = 0;
  return text.replace(/\?/g, () => {
    number += 1;
    return `$${number}`;
  });
}

// A connection that breaks while nobody uses it would end the process.
function listenTo(emitter: { on(event: "error", listener: (error: Error) => void): unknown }): void {
  if (listenedTo.has(emitter)) return;
  listenedTo.add(emitter);
  emitter.on("error", () => {});
}
