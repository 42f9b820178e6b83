import { type Awaitable, isThenable } from "./awaitable.js";

/** The last step of an operation, which waits for an answer. Whoever runs it looks for errors in the same step. */
export class Ending<A, T> {
  readonly answer: Promise<A>;
  readonly step: (answer: A) => Awaitable<T>;

  constructor(answer: Promise<A>, step: (answer: A) => Awaitable<T>) {
    this.answer = answer;
    this.step = step;
  }
}

/** What comes of an operation: what `whenReady` returns, or what is left to do for it. */
export type Result<T> = Awaitable<T> | Ending<unknown, T>;

/** Does what `whenReady` does, for the last step of an operation: the engine takes it, which spares a promise. */
export function ending<A, T>(answer: Awaitable<A>, step: (answer: A) => Awaitable<T>): Result<T> {
  return isThenable(answer) ? (new Ending(answer, step) as Ending<unknown, T>) : step(answer);
}
