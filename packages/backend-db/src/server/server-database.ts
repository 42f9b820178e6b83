import { type BackendError, BackendTimeoutError, ServerGuard } from "@cullet/core";
import type { Ask, Database } from "../database.js";
import { missingTable } from "../missing-table.js";
import type { Table } from "../table.js";
import { DbFailure, isTrouble } from "./db-failure.js";
import type { Pool } from "./pool.js";
import { Statements, type StatementsOptions } from "./statements.js";

/** What a database on a server must know of itself. */
export interface ServerDatabaseOptions {
  /** What messages call it, without a password. */
  readonly name: string;
  readonly pool: Pool;
  readonly toFailure: StatementsOptions["toFailure"];
  /** Makes the table, which asks through these statements. */
  makeTable(statements: Statements): Table;
  /** Whether a missing table is made. */
  readonly createTable: boolean;
  /** The longest that an operation may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** A database on a server, with core's guard between it and those who ask. */
export class ServerDatabase implements Database {
  readonly table: Table;
  readonly #options: ServerDatabaseOptions;
  readonly #statements: Statements;
  readonly #guard: ServerGuard;
  #creating: Promise<void> | undefined;

  constructor(options: ServerDatabaseOptions) {
    const { name, pool, toFailure, makeTable, timeoutMs } = options;
    this.#options = options;
    const statements = new Statements({ pool, toFailure, timeoutMs });
    this.#statements = statements;
    this.table = makeTable(statements);
    this.#guard = new ServerGuard({
      server: name,
      timeoutMs,
      probe: () => statements.runOnce("SELECT 1"),
      failureOf: (error) => (error instanceof DbFailure ? error.failure : "lost"),
    });
  }

  read<T>(operation: string, ask: Ask<T>): Promise<T> {
    return this.#guard.read(operation, () => this.#ask(operation, ask));
  }

  write<T>(operation: string, ask: Ask<T>): Promise<T> {
    return this.#guard.write(operation, () => this.#ask(operation, ask));
  }

  createTable(): Promise<boolean> {
    return this.#guard.write("create-table", async () => {
      try {
        await this.table.look();
        return false;
      } catch (error) {
        if (!isTrouble(error, "no table")) throw error;
        await this.table.create();
        return true;
      }
    });
  }

  close(): void {
    this.#guard.close();
    this.#statements.close();
    this.#options.pool.close();
  }

  async #ask<T>(operation: string, ask: Ask<T>): Promise<T> {
    try {
      return await ask(this.table);
    } catch (error) {
      if (isTrouble(error, "locked")) throw this.#lockedError(operation, error);
      if (!isTrouble(error, "no table")) throw error;
      await this.#create(error);
      return await ask(this.table);
    }
  }

  #create(error: unknown): Promise<void> {
    const { name, createTable } = this.#options;
    if (!createTable) throw missingTable(name, this.table.title, error, ", and options.createTable is false");
    this.#creating ??= this.#createOnce().finally(() => {
      this.#creating = undefined;
    });
    return this.#creating;
  }

  async #createOnce(): Promise<void> {
    try {
      await this.table.create();
    } catch (error) {
      if (!(error instanceof DbFailure) || error.failure !== "refused") throw error;
      // Another process may have made it at the same moment.
      const isThere = await Promise.resolve(this.table.look()).then(
        () => true,
        () => false,
      );
      if (isThere) return;
      throw missingTable(
        this.#options.name,
        this.table.title,
        error,
        `, and it cannot be made: ${error.message}`,
      );
    }
  }

  #lockedError(operation: string, error: unknown): BackendError {
    const { name, timeoutMs } = this.#options;
    return new BackendTimeoutError(
      `${name} did not get to this ${operation} within the ${timeoutMs} ms that it may take, since something holds a lock; nothing was done`,
      { cause: error },
    );
  }
}
