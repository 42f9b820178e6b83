import { now, startTimer, type Timer } from "@cullet/core";
import { LruTable } from "./lru-table.js";

/** Expired entries are looked for no more often than this, and no more seldom than that, in milliseconds. */
const SWEEP_AFTER = { least: 1_000, most: 10_000 };

const stores = new Map<string, LocMemStore>();

/** The entries that caches of one name share in this process, and what lets the expired ones go. */
export class LocMemStore {
  readonly table = new LruTable();
  #sweep: Timer | undefined;

  /** The store of that name, which lasts as long as the process does. */
  static named(name: string): LocMemStore {
    let store = stores.get(name);
    if (store === undefined) {
      store = new LocMemStore();
      stores.set(name, store);
    }
    return store;
  }

  /** Sees to it that what expires leaves by itself, without keeping the process alive for that. */
  expectExpiry(): void {
    if (this.#sweep !== undefined || this.table.soonest === Number.POSITIVE_INFINITY) return;
    const due = this.table.soonest - now();
    const delay = Math.min(SWEEP_AFTER.most, Math.max(SWEEP_AFTER.least, due));
    this.#sweep = startTimer(() => {
      this.#sweep = undefined;
      this.table.removeExpired(now());
      this.table.reclaim();
      this.expectExpiry();
    }, delay).unref();
  }
}
