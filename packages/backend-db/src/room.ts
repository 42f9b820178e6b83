import { type CullOptions, cullCount } from "@cullet/core";
import type { Ask, Database } from "./database.js";

/** How many rows go in one statement. */
const PAGE = 1_000;

/** The largest cache of which a writer waits until there is room: a cull of a larger one goes on behind. */
const WAITED_FOR = 10_000;

/** How many entries that were just written are spared by name. */
const MOST_SPARED = 1_000;

/**
 * Keeps a table below its limit without counting its rows on each write. It knows how many new entries there is room for
 * at least, and looks at the table when half of that is used up: the other half is for other processes.
 */
export class Room {
  readonly #database: Database;
  readonly #options: Required<CullOptions>;
  /** How many more new entries may come before the table is looked at. */
  #left = 0;
  #newest: string[] = [];
  #making: Promise<void> | undefined;
  #failed = false;

  constructor(database: Database, options: Required<CullOptions>) {
    this.#database = database;
    this.#options = options;
  }

  /** Notes that entries were written, of which `added` are new; resolves when there is room for them. */
  note(added: number, keys: readonly string[]): Promise<void> | undefined {
    this.#left -= added;
    if (this.#making === undefined && (added === 0 || this.#left >= 0)) return undefined;
    this.#newest.push(...keys.slice(-MOST_SPARED));
    const mustWait = this.#failed || this.#options.maxEntries <= WAITED_FOR;
    const making = this.#make();
    if (mustWait) return making;
    making.catch(() => {});
    return undefined;
  }

  /** Notes that entries went. */
  noteGone(count: number): void {
    this.#left += count;
  }

  #make(): Promise<void> {
    this.#making ??= this.#makeRoom()
      .then(
        () => {
          this.#failed = false;
        },
        (error: unknown) => {
          // The next writer tries again, and waits for what comes of it.
          this.#failed = true;
          this.#left = 0;
          throw error;
        },
      )
      .finally(() => {
        this.#making = undefined;
      });
    return this.#making;
  }

  async #makeRoom(): Promise<void> {
    // What was written in the same statement is noted by then.
    await new Promise(process.nextTick);
    do {
      const newest = this.#newest;
      this.#newest = [];
      this.#left = 0;
      this.#left += Math.floor((await this.#lookAndCull(newest)) / 2);
    } while (this.#left < 0);
    this.#newest = [];
  }

  /** Drops what must go, and returns how many entries there is room for then. */
  async #lookAndCull(newest: readonly string[]): Promise<number> {
    const { maxEntries } = this.#options;
    while ((await this.#write((table) => table.dropExpired(PAGE))) === PAGE);
    const limit = maxEntries * 2 + PAGE;
    const count = await this.#database.read("count", (table) => table.count(limit));
    if (count <= maxEntries) return maxEntries - count;
    const { kept, spared } = replay(count, newest.length, this.#options);
    await this.#drop(count - kept, spared === 0 ? [] : newest.slice(-Math.min(spared, MOST_SPARED)));
    return maxEntries - kept;
  }

  async #drop(count: number, spared: readonly string[]): Promise<void> {
    let left = count;
    while (left > 0) {
      const gone = await this.#write((table) => table.dropSoonest(Math.min(left, PAGE), spared));
      if (gone === 0) return;
      left -= gone;
    }
  }

  #write(ask: Ask<number>): Promise<number> {
    return this.#database.write("cull", ask);
  }
}

/**
 * Replays the rule of `cullCount` for `count` entries of which the last `added` came at once: how many stay, and how
 * many of the newest are among them in any case.
 */
export function replay(
  count: number,
  added: number,
  options: Required<CullOptions>,
): { kept: number; spared: number } {
  let kept = Math.max(0, count - added);
  let spared = 0;
  for (let at = 0; at < added; at += 1) {
    while (kept >= options.maxEntries) {
      kept -= cullCount(kept, options);
      spared = 0;
    }
    kept += 1;
    spared += 1;
  }
  return { kept, spared };
}
