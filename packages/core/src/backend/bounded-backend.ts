import { type Awaitable, isThenable } from "../awaitable.js";
import { BackendTimeoutError, ClosedError } from "../errors.js";
import { Deadlines } from "../network/deadlines.js";
import type { BaseBackend } from "./base-backend.js";
import type { BackendFeatures } from "./features.js";
import { isWrite, type Operation, WrappedBackend } from "./wrapped-backend.js";

/** What a bounded backend must know. */
export interface BoundedBackendOptions {
  /** What messages call the backend. */
  readonly name: string;
  /** The longest that anybody waits for a call. */
  readonly timeoutMs: number;
}

/** Ends the calls of a backend that may wait for its store for ever. What comes of them after that is lost. */
export class BoundedBackend extends WrappedBackend {
  override readonly features: BackendFeatures;
  readonly #options: BoundedBackendOptions;
  readonly #deadlines: Deadlines;
  #closed = false;

  constructor(backend: BaseBackend<unknown>, options: BoundedBackendOptions) {
    super(backend);
    this.features = { ...backend.features, bounded: true };
    this.#options = options;
    this.#deadlines = new Deadlines(options.timeoutMs);
  }

  /** Waits for `write`, whatever it waits for itself, as long as for any call. */
  bound<T>(write: () => Awaitable<T>): Awaitable<T> {
    return this.#wait("write", write, true);
  }

  override close(): Awaitable<void> {
    this.#closed = true;
    this.#deadlines.expireAll();
    return super.close();
  }

  protected override pass<T>(operation: Operation, call: () => Awaitable<T>): Awaitable<T> {
    return this.#wait(operation, call, isWrite(operation));
  }

  #wait<T>(operation: string, call: () => Awaitable<T>, indeterminate: boolean): Awaitable<T> {
    const result = call();
    if (!isThenable(result)) return result;
    return new Promise<T>((resolve, reject) => {
      const wait = this.#deadlines.add(() => reject(this.#lateError(operation, indeterminate)));
      result.then(
        (value) => {
          if (wait.settle()) resolve(value);
        },
        (error: unknown) => {
          if (wait.settle()) reject(error);
        },
      );
    });
  }

  #lateError(operation: string, indeterminate: boolean): Error {
    const { name, timeoutMs } = this.#options;
    if (this.#closed)
      return new ClosedError(`${name} was closed during this ${operation}`, { indeterminate });
    return new BackendTimeoutError(`${name} did not answer this ${operation} within ${timeoutMs} ms`, {
      indeterminate,
    });
  }
}
