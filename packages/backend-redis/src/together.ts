import type { Awaitable } from "@cullet/core";
import type { Group, Tick } from "./tick.js";

/** What one command names at most. With more, server and client wait for one another instead of working at once. */
const MOST_TOGETHER = 16;

/** How to ask for one item, and for several in one go; and what is told of each to whoever asked for it. */
export interface Asking<I, R, T> {
  one(item: I): Promise<R>;
  /** Returns what comes of each item: an error in the place of those that were refused alone. */
  each(items: readonly I[]): Promise<readonly (R | Error)[]>;
  /** Returns what is told of a result, or of an error in its place; or throws it. */
  told(result: R | Error, item: I): Awaitable<T>;
}

/** What is asked for in one go. */
class Batch<I, R> {
  readonly items: I[] = [];
  /** What comes of each item. */
  readonly results: Promise<readonly (R | Error)[]>;
  resolve!: (results: readonly (R | Error)[]) => void;
  reject!: (error: unknown) => void;

  constructor() {
    this.results = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

/** Asks in one go for what is asked for one by one in a tick. */
export class Together<I, R, T = R> implements Group {
  readonly #tick: Tick;
  readonly #asking: Asking<I, R, T>;
  #batch: Batch<I, R> | undefined;

  constructor(tick: Tick, asking: Asking<I, R, T>) {
    this.#tick = tick;
    this.#asking = asking;
  }

  /** Returns what is told of `item`. */
  ask(item: I): Promise<T> {
    this.#tick.join(this);
    this.#batch ??= new Batch();
    const { items, results } = this.#batch;
    const at = items.push(item) - 1;
    // All wait for one promise: to settle one for each would take longer.
    const told = results.then((results) => this.#asking.told(results[at] as R | Error, item));
    if (items.length === MOST_TOGETHER) this.#tick.sendFull();
    return told;
  }

  send(): void {
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#batch = undefined;
    const { items, resolve, reject } = batch;
    if (items.length > 1) this.#asking.each(items).then(resolve, reject);
    else this.#asking.one(items[0] as I).then((result) => resolve([result]), reject);
  }
}
