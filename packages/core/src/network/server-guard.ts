import { BackendError, BackendTimeoutError, ClosedError, isCulletError, OverloadError } from "../errors.js";
import { Breaker } from "./breaker.js";
import { Deadlines } from "./deadlines.js";

/**
 * What a driver's error says of the server: it answered that it will not (`"refused"`), the connection broke while the
 * call was under way (`"lost"`), or nothing was sent, since there is no connection (`"unreachable"`).
 */
export type Failure = "refused" | "lost" | "unreachable";

/** What a guard must know of its server. */
export interface ServerGuardOptions {
  /** What messages call the server, without a password: `redis://10.0.0.1:6379`. */
  readonly server: string;
  /** The longest that a call waits for an answer, in milliseconds. */
  readonly timeoutMs: number;
  /** How many calls may wait at once. @default 50000 */
  readonly maxWaiting?: number;
  /** Asks the server whether it is there. */
  probe(): Promise<unknown>;
  /** Says what an error of the driver means. */
  failureOf(error: unknown): Failure;
}

/**
 * Stands between a network backend and one server: ends calls that wait too long, keeps them from a server that is down,
 * and makes the errors of the driver ours. The same for all such backends, which only say what they ask their store.
 */
export class ServerGuard {
  readonly #options: ServerGuardOptions;
  readonly #deadlines: Deadlines;
  readonly #breaker: Breaker;
  readonly #maxWaiting: number;
  #waiting = 0;
  #answers = 0;
  #calls = 0;
  /** How many calls there had been when one was lost, and none was answered since. */
  #callsWhenLost = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(options: ServerGuardOptions) {
    this.#options = options;
    this.#maxWaiting = options.maxWaiting ?? 50_000;
    this.#deadlines = new Deadlines(options.timeoutMs);
    this.#breaker = new Breaker(() => this.#run("a probe", () => options.probe(), false, 1));
  }

  /**
   * Runs a call that changes nothing. `operation` is its name for messages, `callers` how many wait for it where a backend
   * asks for several in one.
   */
  read<T>(operation: string, call: () => Promise<T>, callers = 1): Promise<T> {
    return this.#admit(operation) ?? this.#run(operation, call, false, callers);
  }

  /** Runs a call that may change something: where it is not known whether it did, its error is `indeterminate`. */
  write<T>(operation: string, call: () => Promise<T>, callers = 1): Promise<T> {
    return this.#admit(operation) ?? this.#run(operation, call, true, callers);
  }

  /** Ends all that waits. Calls after it are a `ClosedError`. */
  close(): void {
    this.#closed = true;
    this.#breaker.close();
    this.#deadlines.expireAll();
  }

  #admit(operation: string): Promise<never> | undefined {
    const { server } = this.#options;
    const { reason } = this.#breaker;
    if (this.#closed) return Promise.reject(new ClosedError(`the connection to ${server} is closed`));
    if (reason !== undefined) {
      return Promise.reject(
        new BackendError(
          `${server} is down, and is asked in the background whether it is back: ${reason.message}`,
          {
            cause: reason,
          },
        ),
      );
    }
    if (this.#waiting < this.#maxWaiting) return undefined;
    return Promise.reject(
      new OverloadError(`${server} has ${this.#waiting} calls to answer before this ${operation}`),
    );
  }

  #run<T>(operation: string, call: () => Promise<T>, isWrite: boolean, callers: number): Promise<T> {
    this.#waiting += callers;
    this.#calls += 1;
    const number = this.#calls;
    const answersBefore = this.#answers;
    return new Promise<T>((resolve, reject) => {
      const wait = this.#deadlines.add(() => {
        this.#waiting -= callers;
        reject(this.#lateError(operation, isWrite, answersBefore));
      });
      call().then(
        (result) => {
          this.#noteAnswer();
          if (!wait.settle()) return;
          this.#waiting -= callers;
          resolve(result);
        },
        (error: unknown) => {
          if (!wait.settle()) return;
          this.#waiting -= callers;
          reject(this.#explain(operation, error, isWrite, number));
        },
      );
    });
  }

  #noteAnswer(): void {
    this.#answers += 1;
    this.#callsWhenLost = Number.POSITIVE_INFINITY;
  }

  #lateError(operation: string, isWrite: boolean, answersBefore: number): BackendError {
    const { server, timeoutMs } = this.#options;
    if (this.#closed) {
      return new ClosedError(`the connection to ${server} was closed during this ${operation}`, {
        indeterminate: isWrite,
      });
    }
    const error = new BackendTimeoutError(
      `${server} did not answer this ${operation} within ${timeoutMs} ms`,
      {
        indeterminate: isWrite,
      },
    );
    // A server that answered others meanwhile is slow with one call, and not down.
    if (this.#answers === answersBefore) this.#breaker.open(error);
    return error;
  }

  #explain(operation: string, error: unknown, isWrite: boolean, number: number): unknown {
    if (isCulletError(error)) return error;
    const { server } = this.#options;
    const reason = error instanceof Error ? error.message : String(error);
    const failure = this.#options.failureOf(error);
    if (failure === "refused") {
      this.#noteAnswer();
      return new BackendError(`${server} refused this ${operation}: ${reason}`, { cause: error });
    }
    if (failure === "lost") {
      const lost = new BackendError(`${server} was lost during this ${operation}: ${reason}`, {
        cause: error,
        indeterminate: isWrite,
      });
      // A connection may break; a server that loses one call after another is down.
      if (number > this.#callsWhenLost) this.#breaker.open(lost);
      this.#callsWhenLost = Math.min(this.#callsWhenLost, this.#calls);
      return lost;
    }
    const unreachable = new BackendError(`${server} cannot be reached: ${reason}`, { cause: error });
    this.#breaker.open(unreachable);
    return unreachable;
  }
}
