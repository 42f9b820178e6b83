import { setMaxListeners } from "node:events";
import { type Awaitable, isThenable } from "./awaitable.js";
import { BoundedBackend } from "./backend/bounded-backend.js";
import { PackingBackend, packingFor } from "./backend/packing-backend.js";
import { loadBackend } from "./config/load.js";
import type { Backend, ParsedConfig } from "./config/types.js";
import { Ending, type Result } from "./ending.js";
import { ArgumentError, BackendError, ClosedError, isCulletError } from "./errors.js";
import { Flights } from "./flights.js";
import { FunctionError } from "./function-error.js";
import { KeySpace } from "./key.js";
import { KeyedMutex } from "./keyed-mutex.js";
import type { Lease } from "./lease.js";
import { newStats } from "./stats.js";
import { Tags } from "./tags.js";
import { type CacheTrace, cacheNameOf, channel } from "./trace.js";
import type { Codec } from "./values/codec.js";
import { createCodec, createOwnCodec } from "./values/create-codec.js";
import type { Keyring } from "./values/keyring.js";
import { UNDECODABLE } from "./values/undecodable.js";

// By the backend, since several caches may have been made from one.
const mutexes = new WeakMap<Backend, Pick<Loaded, "writes" | "changes">>();

/** A backend that is loaded, and the codec that suits it. */
export interface Loaded {
  readonly backend: Backend;
  /** The same, without what compresses and protects its payloads. */
  readonly bare: Backend;
  readonly keyring: Keyring | undefined;
  readonly codec: Codec<unknown>;
  /** The codec of what core itself keeps in the store. */
  readonly own: Codec<unknown>;
  /** Keeps the writes of a key in order, where the backend does not. */
  readonly writes: KeyedMutex;
  /** Keeps apart the changes of a key that do several writes, each of which may have to wait for others. */
  readonly changes: KeyedMutex;
}

/** What an operation does on the backend; it notes in `trace` what those who listen are told. */
type Body<T> = (loaded: Loaded, trace: CacheTrace | undefined) => Result<T>;

/** One configured backend, and what all views of its cache share: loads it, runs operations on it, and counts. */
export class Engine {
  readonly config: ParsedConfig;
  readonly flights = new Flights();
  readonly stats = newStats();
  /** What is held in the store by this cache, until it is closed. */
  readonly leases = new Set<Lease>();
  readonly tags: Tags;
  /** The functions whose results are kept under names, by what their keys begin with. */
  readonly names = new Map<string, unknown>();
  #loaded: Loaded | undefined;
  #loading: Promise<Loaded> | undefined;
  #closing: Promise<void> | undefined;
  readonly #closed = new AbortController();

  constructor(config: ParsedConfig) {
    this.config = config;
    // Any number of callers may wait for a lock, or a lease, at once.
    setMaxListeners(0, this.#closed.signal);
    this.tags = new Tags(this, new KeySpace(config));
  }

  /** Aborted, with a `ClosedError`, when the cache is closed. */
  get closing(): AbortSignal {
    return this.#closed.signal;
  }

  /** Whether other processes may see what is stored; so it is taken to be while the backend is not loaded. */
  get isShared(): boolean {
    return this.#loaded?.backend.features.shared ?? true;
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
    body: Body<T>,
    missed?: () => T,
  ): Promise<T> {
    if (!channel.hasSubscribers) return this.#run(body, missed, undefined);
    const trace = this.#traceOf(operation, keys);
    return channel.tracePromise(() => this.#run(body, missed, trace), trace) as Promise<T>;
  }

  /** Runs an operation as `run` does, but returns the result itself where it is there at once, and nobody listens. */
  runAtOnce<T>(
    operation: string,
    keys: string | readonly string[] | undefined,
    body: Body<T>,
    missed?: () => T,
  ): Awaitable<T> {
    const loaded = this.#loaded;
    if (loaded === undefined || channel.hasSubscribers) return this.run(operation, keys, body, missed);
    return this.#runOn(loaded, body, missed, undefined);
  }

  /** Goes on with an operation that `run` began, and of which all has been told that there is to tell. */
  goOn<T>(body: () => Awaitable<T>, missed: () => T): Promise<T> {
    return this.#run(body, missed, undefined);
  }

  /** Runs a part of an operation, which goes on with what `missed` returns where `run` would have ended with that. */
  attempt<T>(part: () => Awaitable<T>, missed: () => T, trace: CacheTrace | undefined): Awaitable<T> {
    return this.config.failOpen ? this.#attempt(part, missed, trace) : part();
  }

  /** Reads the payload of a key: none where the store failed and the cache is to fail open. */
  read({ backend }: Loaded, stored: string, trace: CacheTrace | undefined): Awaitable<unknown> {
    if (!this.config.failOpen) return backend.get(stored);
    return this.#attempt(
      () => backend.get(stored),
      () => undefined,
      trace,
    );
  }

  /** Runs a write of `keys`, after those of the same keys before it where the store itself would not keep them apart. */
  write<T>(loaded: Loaded, keys: readonly string[], operation: () => Awaitable<T>): Awaitable<T> {
    return this.#apart(loaded, operation, () => loaded.writes.run(keys, operation));
  }

  /** Runs a change of `key` that takes several commands, after those before it of this process. */
  async change<T>({ changes }: Loaded, key: string, change: () => Promise<T>): Promise<T> {
    return changes.run([key], change);
  }

  /** Runs a write that may reach every key. */
  writeAll<T>(loaded: Loaded, operation: () => Awaitable<T>): Awaitable<T> {
    return this.#apart(loaded, operation, () => loaded.writes.runAlone(operation));
  }

  /** Counts the reading of a value, or of none, and returns it. */
  count<T>(value: T, trace: CacheTrace | undefined): T {
    if (trace !== undefined) trace.hit = value !== undefined;
    if (value === undefined) this.stats.misses += 1;
    else this.stats.hits += 1;
    return value;
  }

  /** Counts the failure of what nobody waits for, and tells of it who listens. */
  watch(result: Promise<unknown>): void {
    result.catch((error) => {
      this.stats.refreshErrors += 1;
      const explained = this.#explain(error);
      if (channel.hasSubscribers) {
        channel.error.publish({ ...this.#traceOf("refresh"), error: explained });
      }
    });
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
    const source = await loadBackend(this.config);
    const bare = this.#bounded(source);
    if (this.#closing !== undefined) {
      await bare.close();
      throw this.#closedError();
    }
    const packing = packingFor(bare.features, this.config);
    const backend = packing === undefined ? bare : new PackingBackend(bare, packing);
    this.#loaded = {
      backend,
      bare,
      keyring: packing?.keyring,
      codec: createCodec(backend.features, this.config.serializer),
      own: createOwnCodec(backend.features),
      ...mutexesOf(source),
    };
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

  #apart<T>(
    { backend, bare }: Loaded,
    operation: () => Awaitable<T>,
    inTurn: () => Awaitable<T>,
  ): Awaitable<T> {
    if (backend.features.atomic) return operation();
    // Those before it may keep it waiting, too.
    return bare instanceof BoundedBackend ? bare.bound(inTurn) : inTurn();
  }

  async #close(): Promise<void> {
    // Operations must see the cache closed before the backend is.
    const loaded = this.#loaded;
    this.#loaded = undefined;
    this.#closed.abort(this.#closedError());
    this.flights.abort(this.#closedError());
    // Others need not wait for their time to be over.
    await Promise.allSettled(Array.from(this.leases, (lease) => lease.release()));
    await loaded?.backend.close();
    // A backend that is being loaded is closed as soon as it is there.
    await this.#loading?.catch(() => {});
  }

  #closedError(): ClosedError {
    return new ClosedError(`${this.config.path} is closed`);
  }

  #run<T>(body: Body<T>, missed: (() => T) | undefined, trace: CacheTrace | undefined): Promise<T> {
    const loaded = this.#loaded;
    if (loaded === undefined) return this.#runLoading(body, missed, trace);
    return Promise.resolve(this.#runOn(loaded, body, missed, trace));
  }

  async #runLoading<T>(
    body: Body<T>,
    missed: (() => T) | undefined,
    trace: CacheTrace | undefined,
  ): Promise<T> {
    let loaded: Loaded;
    try {
      loaded = await this.#load();
    } catch (error) {
      return this.#forgive(error, missed, trace);
    }
    return this.#runOn(loaded, body, missed, trace);
  }

  /** Returns the result itself where it is there at once, else a promise. An async function would take longer for both. */
  #runOn<T>(
    loaded: Loaded,
    body: Body<T>,
    missed: (() => T) | undefined,
    trace: CacheTrace | undefined,
  ): Awaitable<T> {
    try {
      const result = body(loaded, trace);
      // Most of what is in memory is text, which its type tells apart sooner.
      const isEnding = typeof result === "object" && result instanceof Ending;
      if (isEnding) {
        return Promise.resolve(result.answer).then(
          (answer) => this.#runOn(loaded, () => result.step(answer), missed, trace),
          (error) => this.#runOn(loaded, () => result.without(error), missed, trace),
        );
      }
      if (!isThenable(result)) return result;
      // Not every thenable's `then` returns a promise.
      return Promise.resolve(result).then(undefined, (error) => this.#forgive(error, missed, trace));
    } catch (error) {
      return new Promise((resolve) => resolve(this.#forgive(error, missed, trace)));
    }
  }

  #traceOf(operation: string, keys: string | readonly string[] = []): CacheTrace {
    const { path, backendName } = this.config;
    const trace = {
      operation,
      cache: cacheNameOf(path),
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

function mutexesOf(backend: Backend): Pick<Loaded, "writes" | "changes"> {
  let known = mutexes.get(backend);
  if (known === undefined) {
    known = { writes: new KeyedMutex(), changes: new KeyedMutex() };
    mutexes.set(backend, known);
  }
  return known;
}
