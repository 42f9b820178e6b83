interface Waiting<I, R> {
  readonly item: I;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/** Asks for what comes of several items, and returns it in the place of each. */
export type AskTogether<I, R> = (items: readonly I[]) => Promise<readonly R[]>;

/** Gathers what is asked for one by one in a tick, and asks for it together. */
export class Batch<I, R> {
  readonly #askTogether: AskTogether<I, R>;
  readonly #most: number;
  #waiting: Waiting<I, R>[] = [];

  /** @param most how many items are asked for together at most. */
  constructor(askTogether: AskTogether<I, R>, most: number) {
    this.#askTogether = askTogether;
    this.#most = most;
  }

  /** Returns what comes of `item`. */
  ask(item: I): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (this.#waiting.length === this.#most) this.#send();
      // After the promises that are settled in this tick too, whose callers may go on with another call.
      else if (this.#waiting.length === 1) process.nextTick(() => this.#send());
    });
  }

  #send(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    this.#askTogether(waiting.map(({ item }) => item)).then(
      (results) => {
        for (const [at, { resolve }] of waiting.entries()) resolve(results[at] as R);
      },
      (error: unknown) => {
        for (const { reject } of waiting) reject(error);
      },
    );
  }
}
