import { type Awaitable, isThenable } from "./awaitable.js";

/** The last step of an operation, which waits for an answer. Whoever runs it looks for errors in the same step. */
export class Ending<A, T> {
  readonly answer: Promise<A>;
  readonly step: (answer: A) => Awaitable<T>;
  readonly #instead: ((error: unknown) => Awaitable<A>) | undefined;

  constructor(
    answer: Promise<A>,
    step: (answer: A) => Awaitable<T>,
    instead: ((error: unknown) => Awaitable<A>) | undefined,
  ) {
    this.answer = answer;
    this.step = step;
    this.#instead = instead;
  }

  /** What is left to do where the answer is an error. */
  without(error: unknown): Result<T> {
    if (this.#instead === undefined) throw error;
    return ending(this.#instead(error), this.step);
  }
}

/** What comes of an operation: what `whenReady` returns, or what is left to do for it. */
export type Result<T> = Awaitable<T> | Ending<unknown, T>;

/**
 * Does what `whenReady` does, for the last step of an operation: the engine takes it, which spares a promise.
 *
 * @param instead gets the answer where the one that is waited for fails.
 */
export function ending<A, T>(
  answer: Awaitable<A>,
  step: (answer: A) => Awaitable<T>,
  instead?: (error: unknown) => Awaitable<A>,
): Result<T> {
  return isThenable(answer) ? (new Ending(answer, step, instead) as Ending<unknown, T>) : step(answer);
}
