import { setTimeout as sleep } from "node:timers/promises";
import { type Awaitable, BackendTimeoutError, ClosedError, CulletError } from "@cullet/core";
import type { Ask, Database } from "../database.js";
import { missingTable } from "../missing-table.js";
import type { SqliteClient } from "./sqlite-client.js";
import { explain, isBusy, isDamaged, isMissingTable } from "./sqlite-failure.js";
import type { SqliteTable } from "./sqlite-table.js";

/** How many writes go in one transaction, which others have to wait for. */
const MOST_TOGETHER = 500;

/** The delay before a locked file is tried again, in milliseconds: doubled from the least to the most. */
const RETRY_AFTER = { least: 1, most: 16 };

/** What a database of SQLite must know of itself. */
export interface SqliteDatabaseOptions {
  /** What messages call it. */
  readonly name: string;
  /** Opens the file, or gives the connection that the application has. */
  open(): Promise<SqliteClient>;
  /** Whether the connection is its own, to be closed with it. */
  readonly owned: boolean;
  /** Whether a missing table is made. */
  readonly createTable: boolean;
  /** The longest that an operation waits for a lock, in milliseconds. */
  readonly timeoutMs: number;
}

interface Write {
  readonly operation: string;
  readonly ask: Ask<unknown>;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A file of SQLite, which any number of processes of one machine may share. The writes of one tick go in one
 * transaction. SQLite itself waits for no lock, since that would stop the whole process; it is asked again instead.
 */
export class SqliteDatabase implements Database {
  readonly table: SqliteTable;
  readonly #options: SqliteDatabaseOptions;
  #client: SqliteClient | undefined;
  #opening: Promise<void> | undefined;
  #writes: Write[] = [];
  #isWriting = false;
  #isClosed = false;

  constructor(table: SqliteTable, options: SqliteDatabaseOptions) {
    this.table = table;
    this.#options = options;
  }

  read<T>(operation: string, ask: Ask<T>): Awaitable<T> {
    if (this.#client !== undefined) {
      // What was written before in this tick is seen.
      if (this.#writes.length > 0) this.#flush();
      try {
        return ask(this.table);
      } catch (error) {
        if (!isBusy(error) && !this.#mayCreate(error)) throw this.#explain(operation, error);
      }
    }
    return this.#patiently(() => ask(this.table)).catch((error: unknown) => {
      throw this.#explain(operation, error);
    });
  }

  write<T>(operation: string, ask: Ask<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#writes.push({ operation, ask, resolve, reject });
      // After the promises that are settled in this tick too, whose callers may go on with another write.
      if (this.#writes.length === 1) process.nextTick(() => this.#flush());
    });
  }

  async createTable(): Promise<boolean> {
    try {
      return await this.#patiently(() => {
        try {
          this.table.look();
          return false;
        } catch (error) {
          if (!isMissingTable(error)) throw error;
          this.table.create();
          return true;
        }
      });
    } catch (error) {
      throw this.#explain("create-table", error);
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#flush();
    this.#isClosed = true;
    this.#release();
    this.#client = undefined;
  }

  /** Does the writes that wait. Those that cannot be done now are done later, in their order. */
  #flush(): void {
    if (this.#isWriting || this.#writes.length === 0) return;
    const writes = this.#writes.splice(0, MOST_TOGETHER);
    try {
      if (this.#client === undefined) this.#writeLater(writes);
      else settle(writes, this.#run(writes));
    } catch {
      // Whatever it was, it is met again there.
      this.#writeLater(writes);
    }
    if (this.#writes.length > 0 && !this.#isWriting) setImmediate(() => this.#flush());
  }

  #run(writes: readonly Write[]): unknown[] {
    const [first] = writes;
    if (first !== undefined && writes.length === 1) return [first.ask(this.table)];
    return this.table.inTransaction(() => writes.map(({ ask }) => ask(this.table)));
  }

  #writeLater(writes: readonly Write[]): void {
    this.#isWriting = true;
    this.#runPatiently(writes).finally(() => {
      this.#isWriting = false;
      this.#flush();
    });
  }

  async #runPatiently(writes: readonly Write[]): Promise<void> {
    try {
      settle(writes, await this.#patiently(() => this.#run(writes)));
    } catch (error) {
      if (writes.length > 1 && !isBusy(error) && !(error instanceof CulletError)) {
        // One that is too much for the disk must not take the others with it.
        for (const write of writes) await this.#runPatiently([write]);
        return;
      }
      for (const { operation, reject } of writes) reject(this.#explain(operation, error));
    }
  }

  /** Does `work`, with an open file and a table, and again while another connection holds a lock. */
  async #patiently<T>(work: () => Awaitable<T>): Promise<T> {
    const until = performance.now() + this.#options.timeoutMs;
    let hasCreated = false;
    for (let delayMs = RETRY_AFTER.least; ; delayMs = Math.min(delayMs * 2, RETRY_AFTER.most)) {
      try {
        if (this.#client === undefined) await this.#open();
        return await work();
      } catch (error) {
        const mustCreate = !hasCreated && this.#mayCreate(error);
        if (performance.now() >= until || (!mustCreate && !isBusy(error))) throw error;
        if (mustCreate) hasCreated = this.#tryCreate();
        // Others that wait for the lock are not to try at the same moment.
        if (!mustCreate || !hasCreated) await sleep(delayMs * (0.5 + Math.random() / 2));
      }
    }
  }

  #tryCreate(): boolean {
    try {
      this.table.create();
      return true;
    } catch (error) {
      if (isBusy(error)) return false;
      const reason = error instanceof Error ? error.message : String(error);
      throw missingTable(this.#options.name, this.table.title, error, `, and it cannot be made: ${reason}`);
    }
  }

  #mayCreate(error: unknown): boolean {
    return this.#options.createTable && isMissingTable(error);
  }

  #open(): Promise<void> {
    this.#opening ??= this.#openOnce().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #openOnce(): Promise<void> {
    const { name, open, owned } = this.#options;
    if (this.#isClosed) throw new ClosedError(`${name} is closed`);
    const client = await open();
    if (this.#isClosed) {
      if (owned) client.close();
      throw new ClosedError(`${name} was closed`);
    }
    this.#client = client;
    this.table.attach(client);
  }

  #release(): void {
    const client = this.#client;
    if (!this.#options.owned || client === undefined) return;
    this.#client = undefined;
    this.table.attach(undefined);
    client.close();
  }

  #explain(operation: string, error: unknown): unknown {
    if (error instanceof CulletError) return error;
    const { name, timeoutMs, createTable } = this.#options;
    // What is put in the place of a damaged file is to be seen.
    if (isDamaged(error)) this.#release();
    if (isBusy(error)) {
      return new BackendTimeoutError(
        `${name} was locked by another process for all of the ${timeoutMs} ms that this ${operation} may take; nothing was done`,
        { cause: error },
      );
    }
    if (isMissingTable(error) && !createTable)
      return missingTable(name, this.table.title, error, ", and options.createTable is false");
    return explain(name, operation, error);
  }
}

function settle(writes: readonly Write[], results: readonly unknown[]): void {
  for (const [at, { resolve }] of writes.entries()) resolve(results[at] as never);
}
