import { type Awaitable, isThenable } from "../awaitable.js";
import { BackendTimeoutError, ClosedError } from "../errors.js";
import { Deadlines } from "../network/deadlines.js";
import { BaseBackend } from "./base-backend.js";
import type { BackendFeatures } from "./features.js";

/** What a bounded backend must know. */
export interface BoundedBackendOptions {
  /** What messages call the backend. */
  readonly name: string;
  /** The longest that anybody waits for a call. */
  readonly timeoutMs: number;
}

/** Ends the calls of a backend that may wait for its store for ever. What comes of them after that is lost. */
export class BoundedBackend extends BaseBackend<unknown> {
  override readonly features: BackendFeatures;
  readonly #backend: BaseBackend<unknown>;
  readonly #options: BoundedBackendOptions;
  readonly #deadlines: Deadlines;
  #closed = false;

  constructor(backend: BaseBackend<unknown>, options: BoundedBackendOptions) {
    super();
    this.features = { ...backend.features, bounded: true };
    this.#backend = backend;
    this.#options = options;
    this.#deadlines = new Deadlines(options.timeoutMs);
  }

  /** Waits for `write`, whatever it waits for itself, as long as for any call. */
  bound<T>(write: () => Awaitable<T>): Awaitable<T> {
    return this.#wait("write", write, true);
  }

  override connect(): Awaitable<void> {
    return this.#wait("connect", () => this.#backend.connect(), false);
  }

  get(key: string): Awaitable<unknown> {
    return this.#wait("get", () => this.#backend.get(key), false);
  }

  override getMany(keys: readonly string[]): Promise<Map<string, unknown>> {
    return this.#later("getMany", () => this.#backend.getMany(keys), false);
  }

  override getEach(keys: readonly string[]): Awaitable<readonly unknown[]> {
    return this.#wait("getMany", () => this.#backend.getEach(keys), false);
  }

  set(key: string, payload: unknown, ttlMs: number | null): Awaitable<void> {
    return this.#wait("set", () => this.#backend.set(key, payload, ttlMs), true);
  }

  override setMany(payloads: ReadonlyMap<string, unknown>, ttlMs: number | null): Promise<string[]> {
    return this.#later("setMany", () => this.#backend.setMany(payloads, ttlMs), true);
  }

  delete(key: string): Awaitable<boolean> {
    return this.#wait("delete", () => this.#backend.delete(key), true);
  }

  override deleteMany(keys: readonly string[]): Promise<number> {
    return this.#later("deleteMany", () => this.#backend.deleteMany(keys), true);
  }

  override add(key: string, payload: unknown, ttlMs: number | null): Promise<boolean> {
    return this.#later("add", () => this.#backend.add(key, payload, ttlMs), true);
  }

  override has(key: string): Awaitable<boolean> {
    return this.#wait("has", () => this.#backend.has(key), false);
  }

  override touch(key: string, ttlMs: number | null): Promise<boolean> {
    return this.#later("touch", () => this.#backend.touch(key, ttlMs), true);
  }

  override incr(key: string, delta: number): Promise<number> {
    return this.#later("incr", () => this.#backend.incr(key, delta), true);
  }

  override ttl(key: string): Promise<number | null | undefined> {
    return this.#later("ttl", () => this.#backend.ttl(key), false);
  }

  override async *keys(prefix: string): AsyncGenerator<string, void, undefined> {
    const listed = this.#backend.keys(prefix)[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.#wait("keys", () => listed.next(), false);
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await this.#wait("keys", () => listed.return?.(), false);
    }
  }

  clear(prefix: string): Awaitable<void> {
    return this.#wait("clear", () => this.#backend.clear(prefix), true);
  }

  override close(): Awaitable<void> {
    this.#closed = true;
    this.#deadlines.expireAll();
    return this.#backend.close();
  }

  async #later<T>(operation: string, call: () => Awaitable<T>, isWrite: boolean): Promise<T> {
    return this.#wait(operation, call, isWrite);
  }

  #wait<T>(operation: string, call: () => Awaitable<T>, isWrite: boolean): Awaitable<T> {
    const result = call();
    if (!isThenable(result)) return result;
    return new Promise<T>((resolve, reject) => {
      const wait = this.#deadlines.add(() => reject(this.#lateError(operation, isWrite)));
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
