import { type Awaitable, whenReady } from "./awaitable.js";
import {
  type ClearOptions,
  isAll,
  type KeyOptions,
  type TimeoutOrOptions,
  ttlMsOf,
  versionOf,
  versionOfSet,
} from "./call-options.js";
import { type Compute, computeMissing, readOrMiss } from "./compute.js";
import { describe, quote } from "./describe.js";
import type { Engine, Loaded } from "./engine.js";
import { ArgumentError, KeyNotFoundError } from "./errors.js";
import type { KeySpace } from "./key.js";
import { globMatcher } from "./pattern.js";
import type { CacheStats } from "./stats.js";
import { toTtlMs } from "./timeout.js";
import type { CacheTrace } from "./trace.js";

/** How many keys `deletePattern` drops in one round trip. */
const DELETE_BATCH = 500;

/**
 * A cache, or one view of it: what users call. Each method makes the stored key, the time to live and the payload, and
 * leaves the rest to the backend.
 *
 * Every method rejects with `InvalidKeyError` for what is no key, with a `TypeError` for another wrong argument, with
 * `BackendError` where the store said no or is not there, and with `ClosedError` after `close`.
 */
export class Cache implements AsyncDisposable {
  readonly #engine: Engine;
  readonly #keys: KeySpace;
  readonly #ttlMs: number | null;

  /** @internal Made by `createCache`. */
  constructor(engine: Engine, keys: KeySpace) {
    this.#engine = engine;
    this.#keys = keys;
    this.#ttlMs = toTtlMs(engine.config.timeout);
  }

  /** Returns the value of `key`, else `fallback`. A stored `null` is a hit. */
  get<T = unknown>(key: string, fallback?: undefined, options?: KeyOptions): Promise<T | undefined>;
  get<T>(key: string, fallback: T, options?: KeyOptions): Promise<T>;
  get(key: string, fallback?: unknown, options?: KeyOptions): Promise<unknown> {
    return this.#engine.run(
      "get",
      key,
      (loaded, trace) => {
        const stored = this.#stored(loaded, key, versionOf(options));
        return whenReady(loaded.backend.get(stored), (payload) => {
          const value = this.#read(loaded, stored, payload, trace);
          return value === undefined ? fallback : value;
        });
      },
      () => fallback,
    );
  }

  /** Returns those of `keys` that exist, in the order asked for, in one round trip. */
  async getMany<T = unknown>(keys: Iterable<string>, options?: KeyOptions): Promise<Map<string, T>> {
    const wanted = listOf(keys);
    return this.#engine.run(
      "getMany",
      wanted,
      (loaded, trace) => {
        const found = new Map<string, T>();
        if (wanted.length === 0) return found;
        const stored = this.#storedMany(loaded, wanted, options);
        return whenReady(loaded.backend.getEach(stored), (payloads) => {
          let hits = 0;
          for (let at = 0; at < wanted.length; at += 1) {
            const value = this.#engine.decode(loaded, stored[at] as string, payloads[at]);
            if (value === undefined) continue;
            hits += 1;
            found.set(wanted[at] as string, value as T);
          }
          this.#engine.stats.hits += hits;
          this.#engine.stats.misses += wanted.length - hits;
          if (trace !== undefined) trace.hit = hits === wanted.length;
          return found;
        });
      },
      () => new Map(),
    );
  }

  /**
   * Stores `value`, over what was there.
   *
   * @throws SerializationError with the path to what would not come back equal. Nothing is stored.
   */
  set(key: string, value: unknown, options?: TimeoutOrOptions): Promise<void> {
    return this.#engine.run(
      "set",
      key,
      (loaded) => {
        const stored = this.#stored(loaded, key, versionOfSet(options));
        const ttlMs = this.#ttlMsOf(options);
        const payload = this.#encode(loaded, stored, value, ttlMs);
        const written =
          ttlMs === 0
            ? this.#drop(loaded, stored)
            : this.#engine.write(loaded, [stored], () => loaded.backend.set(stored, payload, ttlMs));
        return whenReady<unknown, void>(written, () => {
          this.#engine.stats.sets += 1;
        });
      },
      () => {},
    );
  }

  /**
   * Stores several values in one round trip, and returns the keys that the store would not take.
   *
   * @throws SerializationError for a value that no store could take. Nothing is stored.
   */
  async setMany(
    entries: Readonly<Record<string, unknown>> | Iterable<readonly [string, unknown]>,
    options?: TimeoutOrOptions,
  ): Promise<string[]> {
    const pairs = pairsOf(entries);
    const written = new Map<string, string>();
    return this.#engine.run(
      "setMany",
      pairs.map(([key]) => key),
      async (loaded) => {
        const ttlMs = this.#ttlMsOf(options);
        const payloads = new Map<string, unknown>();
        for (const [key, value] of pairs) {
          const stored = this.#stored(loaded, key, versionOfSet(options));
          payloads.set(stored, this.#encode(loaded, stored, value, ttlMs));
          written.set(stored, key);
        }
        if (ttlMs === 0) {
          await this.#dropMany(loaded, [...written.keys()]);
          return [];
        }
        if (payloads.size === 0) return [];
        const refused = await this.#engine.write(loaded, [...written.keys()], () =>
          loaded.backend.setMany(payloads, ttlMs),
        );
        this.#engine.stats.sets += payloads.size - refused.length;
        return refused.map((stored) => written.get(stored) ?? stored);
      },
      () => [...written.values()],
    );
  }

  /** Stores `value` where no live entry is: `true` where it did. Atomic; of many callers at once, one gets `true`. */
  add(key: string, value: unknown, options?: TimeoutOrOptions): Promise<boolean> {
    return this.#engine.run(
      "add",
      key,
      async (loaded) => {
        const stored = this.#stored(loaded, key, versionOfSet(options));
        const ttlMs = this.#ttlMsOf(options);
        const payload = this.#encode(loaded, stored, value, ttlMs);
        // What expires at once would be stored and gone: all there is to tell is whether it could have been.
        if (ttlMs === 0) return !(await loaded.backend.has(stored));
        const added = await this.#engine.write(loaded, [stored], () =>
          loaded.backend.add(stored, payload, ttlMs),
        );
        if (added) this.#engine.stats.sets += 1;
        return added;
      },
      () => false,
    );
  }

  /**
   * Returns the value of `key`; where there is none, stores the one given, or made by the function given, and returns
   * that. Callers in this process who miss together run the function once.
   *
   * What happens to the key while the function runs wins: a value stored meanwhile stands, and is what the callers get;
   * after `delete` or `clear` the result goes to the callers and is not stored. What the function throws reaches every
   * waiting caller, and nothing is stored.
   */
  getOrSet<T>(key: string, compute: Compute<T>, options?: TimeoutOrOptions): Promise<T>;
  getOrSet<T>(key: string, value: T, options?: TimeoutOrOptions): Promise<T>;
  getOrSet(key: string, source: unknown, options?: TimeoutOrOptions): Promise<unknown> {
    return this.#engine.run("getOrSet", key, (loaded, trace) => {
      const stored = this.#stored(loaded, key, versionOfSet(options));
      if (source === undefined)
        throw new ArgumentError("getOrSet needs a value or a function; got undefined");
      const ttlMs = this.#ttlMsOf(options);
      const { flights } = this.#engine;
      const { landed } = flights;
      return whenReady(readOrMiss(this.#engine, { loaded, stored, trace }), (payload) => {
        const value = this.#read(loaded, stored, payload, trace);
        if (value !== undefined) return value;
        const compute = typeof source === "function" ? (source as Compute<unknown>) : () => source;
        const isStale = landed !== flights.landed;
        const result = flights.join(stored, (flight) =>
          computeMissing(this.#engine, { loaded, stored, trace, flight, compute, ttlMs, isStale }),
        );
        return result.then((read) => read());
      });
    });
  }

  /** Gives a live entry a new timeout: `true` where there was one. Zero or less drops it. */
  touch(key: string, options?: TimeoutOrOptions): Promise<boolean> {
    return this.#engine.run(
      "touch",
      key,
      async (loaded) => {
        const stored = this.#stored(loaded, key, versionOfSet(options));
        const ttlMs = this.#ttlMsOf(options);
        if (ttlMs === 0) return this.#drop(loaded, stored);
        const touched = await this.#engine.write(loaded, [stored], () => loaded.backend.touch(stored, ttlMs));
        if (touched) this.#engine.stats.touches += 1;
        return touched;
      },
      () => false,
    );
  }

  /** Whether `key` has a live entry. Not a use, where the backend drops the least recently used. */
  has(key: string, options?: KeyOptions): Promise<boolean> {
    return this.#engine.run(
      "has",
      key,
      (loaded) => loaded.backend.has(this.#stored(loaded, key, versionOf(options))),
      () => false,
    );
  }

  /**
   * Adds `delta` to the integer at `key`, keeps its timeout, and returns the sum. Atomic, and never done twice.
   *
   * @throws KeyNotFoundError where there is no live entry. Nothing is created.
   * @throws NotAnIntegerError where the value, or the sum, is no integer within ±(2^53 - 1). The value stays.
   */
  incr(key: string, delta = 1, options?: KeyOptions): Promise<number> {
    return this.#add("incr", key, delta, options);
  }

  /** Subtracts `delta`, as `incr` adds it. The number may go below zero. */
  decr(key: string, delta = 1, options?: KeyOptions): Promise<number> {
    return this.#add("decr", key, negative(delta), options);
  }

  /**
   * Moves the value of `key`, and what is left of its timeout, to a version higher by `delta`; returns that version.
   *
   * @throws KeyNotFoundError where there is no live entry.
   */
  incrVersion(key: string, delta = 1, options?: KeyOptions): Promise<number> {
    return this.#move("incrVersion", key, delta, options);
  }

  /** Moves the value of `key` to a version lower by `delta`, as `incrVersion` does to a higher one. */
  decrVersion(key: string, delta = 1, options?: KeyOptions): Promise<number> {
    return this.#move("decrVersion", key, negative(delta), options);
  }

  /** Drops `key`: `true` where a live entry went. */
  delete(key: string, options?: KeyOptions): Promise<boolean> {
    return this.#engine.run(
      "delete",
      key,
      (loaded) => this.#drop(loaded, this.#stored(loaded, key, versionOf(options))),
      () => false,
    );
  }

  /** Drops several keys in one round trip, and returns how many live entries went. */
  async deleteMany(keys: Iterable<string>, options?: KeyOptions): Promise<number> {
    const unwanted = [...new Set(listOf(keys))];
    return this.#engine.run(
      "deleteMany",
      unwanted,
      (loaded) => this.#dropMany(loaded, this.#storedMany(loaded, unwanted, options)),
      () => 0,
    );
  }

  /**
   * Drops what this cache wrote: the keys under its prefix, of every version, and nobody else's. With `all`, whatever
   * the store holds.
   *
   * @throws UnsupportedError without `all` where a `keyFunction` hides whose a key is.
   */
  clear(options: ClearOptions = {}): Promise<void> {
    return this.#engine.run(
      "clear",
      undefined,
      async (loaded) => {
        const prefix = isAll(options) ? "" : this.#keys.prefixOfAll("clear");
        this.#engine.flights.abandonAll(prefix);
        await this.#engine.writeAll(loaded, () => loaded.backend.clear(prefix));
        // A function that began while the store was being cleared may have read what is gone now.
        this.#engine.flights.abandonAll(prefix);
      },
      () => {},
    );
  }

  /** Returns the seconds that `key` has left: `null` for ever, `undefined` where there is no live entry. */
  ttl(key: string, options?: KeyOptions): Promise<number | null | undefined> {
    return this.#engine.run(
      "ttl",
      key,
      async (loaded) => {
        const ttlMs = await loaded.backend.ttl(this.#stored(loaded, key, versionOf(options)));
        return typeof ttlMs === "number" ? ttlMs / 1_000 : ttlMs;
      },
      () => undefined,
    );
  }

  /**
   * Lists the keys of this prefix and version, as the user wrote them. In `pattern`, `*` is any run of characters, `?`
   * is one, and all else is itself.
   *
   * @throws UnsupportedError where the store cannot list its keys, or a `keyFunction` hides whose they are.
   */
  async *keys(pattern = "*"): AsyncGenerator<string, void, undefined> {
    const matches = globMatcher(pattern);
    const prefix = this.#keys.prefixOfVersion("keys");
    const listed = await this.#engine.run<AsyncIterator<string>>(
      "keys",
      undefined,
      ({ backend }) => backend.keys(prefix)[Symbol.asyncIterator](),
      noKeys,
    );
    try {
      for (;;) {
        const next = await this.#engine.goOn<IteratorResult<string, unknown>>(
          () => listed.next(),
          () => ({ done: true, value: undefined }),
        );
        if (next.done) return;
        const key = next.value.slice(prefix.length);
        if (matches(key)) yield key;
      }
    } finally {
      await listed.return?.();
    }
  }

  /** Drops the keys that `keys(pattern)` lists, and returns how many went. */
  deletePattern(pattern: string): Promise<number> {
    let gone = 0;
    return this.#engine.run(
      "deletePattern",
      undefined,
      async (loaded) => {
        const matches = globMatcher(pattern);
        const prefix = this.#keys.prefixOfVersion("deletePattern");
        let batch: string[] = [];
        for await (const stored of loaded.backend.keys(prefix)) {
          if (!matches(stored.slice(prefix.length))) continue;
          batch.push(stored);
          if (batch.length < DELETE_BATCH) continue;
          gone += await this.#dropMany(loaded, batch);
          batch = [];
        }
        gone += await this.#dropMany(loaded, batch);
        return gone;
      },
      () => gone,
    );
  }

  /** A view of the same cache whose keys are of another version. */
  withVersion(version: number): Cache {
    return new Cache(this.#engine, this.#keys.withVersion(version));
  }

  /** A view of the same cache whose keys stand under a prefix below this one's: `app` and `users` is `app:users`. */
  withPrefix(prefix: string): Cache {
    return new Cache(this.#engine, this.#keys.withPrefix(prefix));
  }

  /** Counts since the cache was made, of all its views together. */
  stats(): CacheStats {
    return { ...this.#engine.stats };
  }

  /** Loads the backend and reaches its store now, or fails fast. */
  ready(): Promise<void> {
    return this.#engine.run("ready", undefined, ({ backend }) => backend.connect());
  }

  /** Releases what the cache and its views hold, so that the process can exit by itself. */
  close(): Promise<void> {
    return this.#engine.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #add(operation: string, key: string, delta: number, options: KeyOptions | undefined): Promise<number> {
    return this.#engine.run(
      operation,
      key,
      async (loaded) => {
        const stored = this.#stored(loaded, key, versionOf(options));
        checkDelta(delta);
        const sum = await this.#engine.write(loaded, [stored], () => loaded.backend.incr(stored, delta));
        this.#engine.stats.increments += 1;
        return sum;
      },
      () => {
        throw new KeyNotFoundError(`${operation} needs an entry at ${quote(key)}; the store cannot be asked`);
      },
    );
  }

  #move(operation: string, key: string, delta: number, options: KeyOptions | undefined): Promise<number> {
    return this.#engine.run(
      operation,
      key,
      async (loaded) => {
        const from = versionOf(options);
        const stored = this.#stored(loaded, key, from);
        checkDelta(delta);
        const version = (from ?? this.#keys.version) + delta;
        const target = this.#stored(loaded, key, version);
        const payload = await loaded.backend.get(stored);
        const value = this.#engine.decode(loaded, stored, payload);
        const ttlMs = value === undefined ? undefined : await loaded.backend.ttl(stored);
        if (ttlMs === undefined) {
          throw new KeyNotFoundError(`${operation} needs an entry at ${quote(stored)}; there is none`);
        }
        if (target === stored) return version;
        // The payload is bound to its key, so it is made anew for the other.
        const moved = loaded.codec.encode(target, value, ttlMs);
        await this.#engine.write(loaded, [target], () => loaded.backend.set(target, moved, ttlMs));
        await this.#drop(loaded, stored);
        return version;
      },
      () => {
        throw new KeyNotFoundError(`${operation} needs an entry at ${quote(key)}; the store cannot be asked`);
      },
    );
  }

  #stored({ backend }: Loaded, key: string, version: number | undefined): string {
    return this.#keys.stored(key, version, backend.features.portableKeysOnly);
  }

  #storedMany({ backend }: Loaded, keys: readonly string[], options: KeyOptions | undefined): string[] {
    return this.#keys.storedMany(keys, versionOf(options), backend.features.portableKeysOnly);
  }

  #ttlMsOf(options: TimeoutOrOptions): number | null {
    const ttlMs = ttlMsOf(options);
    return ttlMs === undefined ? this.#ttlMs : ttlMs;
  }

  #encode({ codec }: Loaded, stored: string, value: unknown, ttlMs: number | null): unknown {
    if (value === undefined)
      throw new ArgumentError(`undefined cannot be stored at ${quote(stored)}: it means a miss`);
    return codec.encode(stored, value, ttlMs);
  }

  #read(loaded: Loaded, stored: string, payload: unknown, trace: CacheTrace | undefined): unknown {
    const value = this.#engine.decode(loaded, stored, payload);
    if (trace !== undefined) trace.hit = value !== undefined;
    if (value === undefined) this.#engine.stats.misses += 1;
    else this.#engine.stats.hits += 1;
    return value;
  }

  #drop(loaded: Loaded, stored: string): Awaitable<boolean> {
    this.#engine.flights.abandon(stored);
    const gone = this.#engine.write(loaded, [stored], () => loaded.backend.delete(stored));
    return whenReady(gone, (was) => {
      if (was) this.#engine.stats.deletes += 1;
      return was;
    });
  }

  async #dropMany(loaded: Loaded, stored: readonly string[]): Promise<number> {
    if (stored.length === 0) return 0;
    for (const key of stored) this.#engine.flights.abandon(key);
    const gone = await this.#engine.write(loaded, stored, () => loaded.backend.deleteMany(stored));
    this.#engine.stats.deletes += gone;
    return gone;
  }
}

function checkDelta(delta: number): void {
  if (!Number.isSafeInteger(delta))
    throw new ArgumentError(`delta must be a whole number; got ${describe(delta)}`);
}

async function* noKeys(): AsyncGenerator<string, void, undefined> {}

function negative(delta: number): number {
  return typeof delta === "number" ? -delta : delta;
}

function listOf(keys: Iterable<string>): string[] {
  if (isIterable(keys)) return [...keys];
  throw new ArgumentError(`keys must be a list of keys; got ${describe(keys)}`);
}

function pairsOf(
  entries: Readonly<Record<string, unknown>> | Iterable<readonly [string, unknown]>,
): (readonly [string, unknown])[] {
  if (typeof entries !== "object" || entries === null) {
    throw new ArgumentError(`setMany needs an object or pairs of key and value; got ${describe(entries)}`);
  }
  if (!isIterable(entries)) return Object.entries(entries);
  return Array.from(entries as Iterable<readonly [string, unknown]>, (pair) => {
    if (Array.isArray(pair) && pair.length === 2) return pair as [string, unknown];
    throw new ArgumentError(`setMany needs pairs of key and value; got ${describe(pair)}`);
  });
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}
