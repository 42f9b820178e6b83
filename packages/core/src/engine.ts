import { type Awaitable, isThenable } from "./awaitable.js";
import { BoundedBackend } from "./backend/bounded-backend.js";
import { loadBackend } from "./config/load.js";
import type { Backend, ParsedConfig } from "./config/types.js";
import { ArgumentError, BackendError, ClosedError, isCulletError } from "./errors.js";
import { Flights } from "./flights.js";
import { FunctionError } from "./function-error.js";
import { KeyedMutex } from "./keyed-mutex.js";
import { newStats } from "./stats.js";
import { type CacheTrace, channel } from "./trace.js";
import type { Codec } from "./values/codec.js";
import { createCodec } from "./values/create-codec.js";
import { UNDECODABLE } from "./values/undecodable.js";

/** A backend that is loaded, and the codec that suits it. */
export interface Loaded {
  readonly backend: Backend;
  readonly codec: Codec<unknown>;
}

/** One configured backend, and what all views of its cache share: loads it, runs operations on it, and counts. */
export class Engine {
  readonly config: ParsedConfig;
  readonly flights = new Flights();
  readonly stats = newStats();
  readonly #mutex = new KeyedMutex();
  #loaded: Loaded | undefined;
  #loading: Promise<Loaded> | undefined;
  #closing: Promise<void> | undefined;

  constructor(config: ParsedConfig) {
    this.config = config;
  }

  /**
   * Runs an operation on the backend, which is loaded first where it was not, and tells of it who listens. Where the store
   * failed and the cache is to fail open, the result is what `missed` returns.
   *
   * @throws BackendError for whatever the backend throws that is no error of Cullet's.
   */
  run<T>(
    operation: string,
    keys: string | readonly string[] | undefined,
    body: (loaded: Loaded, trace: CacheTrace | undefined) => Awaitable<T>,
    missed?: () => T,
  ): Promise<T> {
    if (!channel.hasSubscribers) return this.#run(body, missed, undefined);
    const trace = this.#traceOf(operation, keys);
    return channel.tracePromise(() => this.#run(body, missed, trace), trace) as Promise<T>;
  }

  /** Goes on with an operation that `run` began, and of which all has been told that there is to tell. */
  goOn<T>(body: () => Awaitable<T>, missed: () => T): Promise<T> {
    return this.#run(body, missed, undefined);
  }

  /** Runs a part of an operation, which goes on with what `missed` returns where `run` would have ended with that. */
  attempt<T>(part: () => Awaitable<T>, missed: () => T, trace: CacheTrace | undefined): Awaitable<T> {
    return this.config.failOpen ? this.#attempt(part, missed, trace) : part();
  }

  /** Runs a write of `keys`, after those of the same keys before it where the store itself would not keep them apart. */
  write<T>({ backend }: Loaded, keys: readonly string[], operation: () => Awaitable<T>): Awaitable<T> {
    return this.#apart(backend, operation, () => this.#mutex.run(keys, operation));
  }

  /** Runs a write that may reach every key. */
  writeAll<T>({ backend }: Loaded, operation: () => Awaitable<T>): Awaitable<T> {
    return this.#apart(backend, operation, () => this.#mutex.runAlone(operation));
  }

  /** Returns the value of `payload`, or `undefined` for a miss: also where it has expired, or cannot be decoded. */
  decode({ codec }: Loaded, key: string, payload: unknown): unknown {
    if (payload === undefined || (codec.keepsText && typeof payload === "string")) return payload;
    const value = codec.decode(key, payload);
    if (value !== UNDECODABLE) return value;
    this.stats.undecodable += 1;
    return undefined;
  }

  /** Releases everything. Operations after it are a `ClosedError`. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #load(): Promise<Loaded> {
    if (this.#closing !== undefined) throw this.#closedError();
    // What was not there this time may be the next.
    this.#loading ??= this.#loadOnce().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #loadOnce(): Promise<Loaded> {
    const backend = this.#bounded(await loadBackend(this.config));
    if (this.#closing !== undefined) {
      await backend.close();
      throw this.#closedError();
    }
    this.#loaded = { backend, codec: createCodec(backend.features, this.config.serializer) };
    return this.#loaded;
  }

  #bounded(backend: Backend): Backend {
    if (backend.features.bounded) return backend;
    const { path, backendConfig } = this.config;
    return new BoundedBackend(backend, {
      name: `the backend of ${path}`,
      timeoutMs: backendConfig.operationTimeoutMs,
    });
  }

  #apart<T>(backend: Backend, operation: () => Awaitable<T>, inTurn: () => Awaitable<T>): Awaitable<T> {
    if (backend.features.atomic) return operation();
    // Those before it may keep it waiting, too.
    return backend instanceof BoundedBackend ? backend.bound(inTurn) : inTurn();
  }

  async #close(): Promise<void> {
    // Operations must see the cache closed before the backend is.
    const loaded = this.#loaded;
    this.#loaded = undefined;
    this.flights.abort(this.#closedError());
    await loaded?.backend.close();
    // A backend that is being loaded is closed as soon as it is there.
    await this.#loading?.catch(() => {});
  }

  #closedError(): ClosedError {
    return new ClosedError(`${this.config.path} is closed`);
  }

  async #run<T>(
    body: (loaded: Loaded, trace: CacheTrace | undefined) => Awaitable<T>,
    missed: (() => T) | undefined,
    trace: CacheTrace | undefined,
  ): Promise<T> {
    try {
      const result = body(this.#loaded ?? (await this.#load()), trace);
      return isThenable(result) ? await result : result;
    } catch (error) {
      return this.#forgive(error, missed, trace);
    }
  }

  #traceOf(operation: string, keys: string | readonly string[] = []): CacheTrace {
    const { path, backendName } = this.config;
    const trace = {
      operation,
      cache: path.replace(/^caches\./, ""),
      backend: backendName,
      keys: typeof keys === "string" ? [keys] : keys,
    };
    // Node would put what the operation returned there: cached values, which nobody is to find in a log.
    return Object.defineProperty(trace, "result", { set() {} });
  }

  async #attempt<T>(part: () => Awaitable<T>, missed: () => T, trace: CacheTrace | undefined): Promise<T> {
    try {
      return await part();
    } catch (error) {
      return this.#forgive(error, missed, trace);
    }
  }

  #forgive<T>(error: unknown, missed: (() => T) | undefined, trace: CacheTrace | undefined): T {
    const explained = this.#explain(error);
    const forgivable = explained instanceof BackendError && !(explained instanceof ClosedError);
    if (missed === undefined || !this.config.failOpen || !forgivable) throw explained;
    // Nobody else learns of it: the operation succeeds.
    if (trace !== undefined) channel.error.publish({ ...trace, error: explained });
    return missed();
  }

  #explain(error: unknown): unknown {
    if (error instanceof FunctionError) return error.error;
    if (error instanceof ArgumentError) return error;
    const known = isCulletError(error);
    if (!known || error instanceof BackendError) this.stats.errors += 1;
    if (known) return error;
    const reason = error instanceof Error ? error.message : String(error);
    return new BackendError(`the backend of ${this.config.path} failed: ${reason}`, { cause: error });
  }
}
