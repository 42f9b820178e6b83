import {
  type Awaitable,
  addDelta,
  type BackendFeatures,
  BaseBackend,
  baseFeatures,
  type Copy,
  type CullOptions,
  copyOf,
  foundAmong,
  KeyNotFoundError,
  type Payload,
  quote,
} from "@cullet/core";
import type { Database } from "./database.js";
import { Room } from "./room.js";
import { storedBefore } from "./server/db-failure.js";
import type { Entry, KeyPage } from "./table.js";
import { isTooLarge } from "./too-large.js";

/** How many keys one statement lists, or drops. */
const PAGE = 1_000;

/**
 * Keeps entries in a table of a database, one row each. The database's clock says what has expired, and the database
 * itself adds, touches and counts, so that all who share it agree.
 */
export class DbBackend extends BaseBackend {
  override readonly features: BackendFeatures = {
    ...baseFeatures,
    shared: true,
    atomic: true,
    expiry: "store",
    counters: true,
    lists: true,
    culls: true,
    bounded: true,
  };
  readonly #database: Database;
  readonly #room: Room;

  /** @internal Made by `db`. */
  constructor(database: Database, options: Required<CullOptions>) {
    super();
    this.#database = database;
    this.#room = new Room(database, options);
  }

  /** Makes the table: `false` where it was there. For those who may, where the application may not. */
  createTable(): Promise<boolean> {
    return this.#database.createTable();
  }

  /** Returns the statements that `createTable` runs, each ending with a semicolon. Reaches nothing. */
  createTableSql(): string {
    return this.#database.table.definition.map((statement) => `${statement};`).join("\n");
  }

  override async connect(): Promise<void> {
    await this.#database.read("connect", (table) => table.look());
  }

  get(key: string): Awaitable<Payload | undefined> {
    return this.#database.read("get", (table) => table.get(key));
  }

  override async getMany(keys: readonly string[]): Promise<Map<string, Payload>> {
    return foundAmong(keys, await this.getEach(keys));
  }

  override getEach(keys: readonly string[]): Awaitable<(Payload | undefined)[]> {
    return keys.length === 0 ? [] : this.#database.read("getMany", (table) => table.getEach(keys));
  }

  override async getCopies(keys: readonly string[]): Promise<(Copy<Payload> | undefined)[]> {
    if (keys.length === 0) return [];
    const copies = await this.#database.read("getMany", (table) => table.getCopies(keys));
    return copies.map((copy) => copy && copyOf(this, copy.payload, copy.ttlMs));
  }

  async set(key: string, payload: Payload, ttlMs: number | null): Promise<void> {
    const added = await this.#database.write("set", (table) => table.set([{ key, payload, ttlMs }]));
    const room = this.#room.note(added, [key]);
    if (room !== undefined) await room;
  }

  override async setMany(payloads: ReadonlyMap<string, Payload>, ttlMs: number | null): Promise<string[]> {
    if (payloads.size === 0) return [];
    const entries = Array.from(payloads, ([key, payload]) => ({ key, payload, ttlMs }));
    try {
      const added = await this.#database.write("setMany", (table) => table.set(entries));
      await this.#room.note(added, [...payloads.keys()]);
      return [];
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      const stored = storedBefore(error);
      const others = entries.filter(({ key }) => !stored.has(key));
      const refused = await Promise.all(others.map((entry) => this.#trySet(entry)));
      return refused.filter((key) => key !== undefined);
    }
  }

  async delete(key: string): Promise<boolean> {
    return (await this.deleteMany([key])) === 1;
  }

  override async deleteMany(keys: readonly string[]): Promise<number> {
    if (keys.length === 0) return 0;
    const operation = keys.length === 1 ? "delete" : "deleteMany";
    const gone = await this.#database.write(operation, (table) => table.delete(keys));
    this.#room.noteGone(gone);
    return gone;
  }

  override async add(key: string, payload: Payload, ttlMs: number | null): Promise<boolean> {
    const added = await this.#database.write("add", (table) => table.add({ key, payload, ttlMs }));
    if (added) await this.#room.note(1, [key]);
    return added;
  }

  override has(key: string): Awaitable<boolean> {
    return this.#database.read("has", (table) => table.has(key));
  }

  override touch(key: string, ttlMs: number | null): Promise<boolean> {
    return this.#database.write("touch", (table) => table.touch(key, ttlMs));
  }

  override async incr(key: string, delta: number): Promise<number> {
    for (;;) {
      const sum = await this.#database.write("incr", (table) => table.increase(key, delta));
      if (sum !== undefined) return sum;
      const payload = await this.get(key);
      if (payload === undefined)
        throw new KeyNotFoundError(`incr needs an entry at ${quote(key)}; there is none`);
      // Says why it could not be; unless it could by now.
      addDelta(key, payload, delta);
    }
  }

  override async ttl(key: string): Promise<number | null | undefined> {
    return this.#database.read("ttl", (table) => table.ttl(key));
  }

  override async *keys(prefix: string): AsyncGenerator<string, void, undefined> {
    let after: KeyPage["next"];
    do {
      const from = after;
      const page = await this.#database.read("keys", (table) => table.keys(prefix, from, PAGE));
      yield* page.keys;
      after = page.next;
    } while (after !== undefined);
  }

  async clear(prefix: string): Promise<void> {
    // Others may have dropped some of the rows that a statement found, so that one short page is not the end.
    for (let shortPages = 0; shortPages < 2; ) {
      const gone = await this.#database.write("clear", (table) => table.clear(prefix, PAGE));
      this.#room.noteGone(gone);
      shortPages = gone < PAGE ? shortPages + 1 : 0;
    }
  }

  override close(): Awaitable<void> {
    return this.#database.close();
  }

  /** Stores an entry: returns its key where there is no room for it. */
  async #trySet({ key, payload, ttlMs }: Entry): Promise<string | undefined> {
    try {
      await this.set(key, payload, ttlMs);
      return undefined;
    } catch (error) {
      if (isTooLarge(error)) return key;
      throw error;
    }
  }
}
