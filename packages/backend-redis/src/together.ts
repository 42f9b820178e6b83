import type { Group, Tick } from "./tick.js";

/** What one command names at most. With more, server and client wait for one another instead of working at once. */
const MOST_TOGETHER = 16;

/** How to ask for one item, and for several in one go. */
export interface Asking<I, R> {
  one(item: I): Promise<R>;
  /** Returns what comes of each item: an error in the place of those that were refused alone. */
  each(items: readonly I[]): Promise<readonly (R | Error)[]>;
  /** Rejects with what is told of an error in the place of a result. */
  refuse(error: Error): Promise<never>;
}

interface Waiting<I, R> {
  readonly item: I;
  readonly resolve: (result: R | PromiseLike<R>) => void;
  readonly reject: (error: unknown) => void;
}

/** Asks in one go for what is asked for one by one in a tick. */
export class Together<I, R> implements Group {
  readonly #tick: Tick;
  readonly #asking: Asking<I, R>;
  #waiting: Waiting<I, R>[] = [];

  constructor(tick: Tick, asking: Asking<I, R>) {
    this.#tick = tick;
    this.#asking = asking;
  }

  /** Returns what comes of `item`. */
  ask(item: I): Promise<R> {
    this.#tick.join(this);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (this.#waiting.length === MOST_TOGETHER) this.#tick.sendFull();
    });
  }

  send(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const [only] = waiting;
    if (only === undefined) return;
    if (waiting.length > 1) this.#askEach(waiting);
    else this.#asking.one(only.item).then(only.resolve, only.reject);
  }

  #askEach(waiting: readonly Waiting<I, R>[]): void {
    this.#asking.each(waiting.map(({ item }) => item)).then(
      (results) => {
        for (let at = 0; at < waiting.length; at += 1) {
          const result = results[at];
          waiting[at]?.resolve(result instanceof Error ? this.#asking.refuse(result) : (result as R));
        }
      },
      (error: unknown) => {
        for (const { reject } of waiting) reject(error);
      },
    );
  }
}
