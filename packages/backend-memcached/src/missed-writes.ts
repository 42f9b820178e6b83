import type { Transport } from "./transport.js";

/** How many keys are remembered; what is more is everything. */
const MOST = 10_000;

/**
 * What a server has missed while it was away, when it may come back with what it held before: those keys are dropped
 * then, since nothing is better than what was replaced.
 */
export class MissedWrites {
  #keys = new Set<string>();
  #all = false;

  /** Remembers that `keys` were to be stored or dropped. */
  note(keys: readonly string[]): void {
    for (const key of keys) this.#keys.add(key);
    if (this.#keys.size > MOST) this.noteAll();
  }

  /** Remembers that all was to be dropped. */
  noteAll(): void {
    this.#all = true;
    this.#keys = new Set();
  }

  /** Has `transport` drop what is out of date, before all that it is asked after this. What fails is noted again. */
  makeUpFor(transport: Transport): void {
    if (this.#all) {
      this.#all = false;
      transport.flush().catch(() => this.noteAll());
    }
    if (this.#keys.size === 0) return;
    const keys = this.#keys;
    this.#keys = new Set();
    for (const key of keys) transport.delete(key).catch(() => this.note([key]));
  }
}
