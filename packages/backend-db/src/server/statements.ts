import { setTimeout as sleep } from "node:timers/promises";
import { CulletError, Deadlines } from "@cullet/core";
import { DbFailure } from "./db-failure.js";
import type { Connection, Pool, Result, Statement } from "./pool.js";

/** How often a statement is tried that another transaction was in the way of. */
const MOST_ATTEMPTS = 4;

/** The longest delay before it is tried again, in milliseconds. */
const RETRY_WITHIN = 20;

/** How much of an operation's time a connection may take: what was never sent is never in doubt. */
const TO_CONNECT = 0.8;

/** After how much of it a connection is given up that does not answer. The caller is told before. */
const TO_ANSWER = 1.2;

/** What runs statements must know. */
export interface StatementsOptions {
  readonly pool: Pool;
  /** Says what an error of the driver means that came while a connection was borrowed, or used. */
  readonly toFailure: (error: unknown, phase: "connect" | "run") => DbFailure;
  /** The longest that an operation may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** Runs single statements, each on a connection of a pool, and again where another transaction was in the way. */
export class Statements {
  readonly #options: StatementsOptions;
  readonly #connecting: Deadlines;
  readonly #running: Deadlines;

  constructor(options: StatementsOptions) {
    this.#options = options;
    this.#connecting = new Deadlines(options.timeoutMs * TO_CONNECT);
    this.#running = new Deadlines(options.timeoutMs * TO_ANSWER);
  }

  /** Runs a statement that comes again with other values. Errors are a `DbFailure`. */
  run(text: string, ...values: unknown[]): Promise<Result> {
    return this.#run({ text, values, prepare: true });
  }

  /** Runs a statement that is not worth preparing. */
  runOnce(text: string, ...values: unknown[]): Promise<Result> {
    return this.#run({ text, values, prepare: false });
  }

  /** Ends all that waits. */
  close(): void {
    this.#connecting.expireAll();
    this.#running.expireAll();
  }

  async #run(statement: Statement): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const connection = this.#options.pool.tryAcquire() ?? (await this.#acquire());
        return await this.#runOn(connection, statement);
      } catch (error) {
        const mayHelp = error instanceof DbFailure && error.trouble === "conflict";
        if (!mayHelp || attempt === MOST_ATTEMPTS) throw error;
        await sleep(Math.random() * RETRY_WITHIN);
      }
    }
  }

  #runOn(connection: Connection, statement: Statement): Promise<Result> {
    return new Promise((resolve, reject) => {
      const wait = this.#running.add(() => {
        connection.release(true);
        reject(new DbFailure("lost", "its connection was given up"));
      });
      connection.run(statement).then(
        (result) => {
          if (!wait.settle()) return;
          connection.release(false);
          resolve(result);
        },
        (error: unknown) => {
          if (!wait.settle()) return;
          const failure = this.#options.toFailure(error, "run");
          connection.release(failure.failure !== "refused");
          reject(failure);
        },
      );
    });
  }

  #acquire(): Promise<Connection> {
    const { pool, toFailure, timeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      const wait = this.#connecting.add(() => {
        const text = `no connection within ${timeoutMs * TO_CONNECT} ms: ${pool.describe()}`;
        reject(new DbFailure("unreachable", text));
      });
      pool.acquire().then(
        (connection) => {
          // What nobody waits for any more is not begun.
          if (wait.settle()) resolve(connection);
          else connection.release(false);
        },
        (error: unknown) => {
          if (!wait.settle()) return;
          reject(error instanceof CulletError ? error : toFailure(error, "connect"));
        },
      );
    });
  }
}
