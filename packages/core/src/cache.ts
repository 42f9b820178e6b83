import { type Awaitable, whenReady } from "./awaitable.js";
import type { ComputeMany } from "./batch.js";
import {
  type ClearOptions,
  isAll,
  type KeyOptions,
  SET_OPTIONS,
  type SetOptions,
  TAGGED_OPTIONS,
  type TimeoutOrOptions,
  tagsOf,
  ttlMsOf,
  versionOf,
  versionOfSet,
} from "./call-options.js";
import type { Compute } from "./compute.js";
import { describe, quote } from "./describe.js";
import { ending, type Result } from "./ending.js";
import type { Engine, Loaded } from "./engine.js";
import {
  addEntry,
  deleteEntries,
  deleteEntry,
  hasEntry,
  incrEntry,
  liveKeys,
  touchEntry,
  ttlOfEntry,
} from "./entries.js";
import { ArgumentError, KeyNotFoundError } from "./errors.js";
import { type Explanation, explainEntry } from "./explain.js";
import { getOrMake } from "./get-or-set.js";
import { getOrMakeMany } from "./get-or-set-many.js";
import type { KeySpace } from "./key.js";
import { Lease } from "./lease.js";
import { CacheLock, type LockOptions, lockTerms } from "./lock.js";
import { type GetOrSetOptions, type MakeTerms, makeTerms } from "./make-options.js";
import { globMatcher } from "./pattern.js";
import type { Place } from "./place.js";
import { areLive, isLive } from "./standing.js";
import type { CacheStats } from "./stats.js";
import { checkTags } from "./tags.js";
import { toTtlMs } from "./timeout.js";
import { type CacheTrace, noteFound } from "./trace.js";
import { type Note, noteOf, type TagVersion, withNote } from "./values/note.js";

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
  /** How a missing value is made where a call says nothing of it. */
  readonly #terms: MakeTerms;

  /** @internal Made by `createCache`. */
  constructor(engine: Engine, keys: KeySpace) {
    this.#engine = engine;
    this.#keys = keys;
    this.#ttlMs = toTtlMs(engine.config.timeout);
    this.#terms = makeTerms(undefined, this.#ttlMs);
  }

  /** Returns the value of `key`, else `fallback`. A stored `null` is a hit. */
  get<T = unknown>(key: string, fallback?: undefined, options?: KeyOptions): Promise<T | undefined>;
  get<T>(key: string, fallback: T, options?: KeyOptions): Promise<T>;
  get(key: string, fallback?: unknown, options?: KeyOptions): Promise<unknown> {
    return this.#engine.run(
      "get",
      key,
      (loaded, trace) => this.#read(loaded, trace, key, fallback, options),
      () => fallback,
    );
  }

  /**
   * Returns the value of `key` as `get` does, but the value itself where the backend has it at once, as one in memory does:
   * for what is done so often that a promise counts. It does not throw: it rejects as `get` does.
   */
  getAtOnce<T = unknown>(key: string, options?: KeyOptions): Awaitable<T | undefined>;
  getAtOnce(key: string, options?: KeyOptions): Awaitable<unknown> {
    return this.#engine.runAtOnce(
      "get",
      key,
      (loaded, trace) => this.#read(loaded, trace, key, undefined, options),
      () => undefined,
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
        const stored = this.#storedMany(loaded, wanted, versionOf(options));
        const read = (payloads: readonly unknown[], live?: readonly boolean[]) => {
          let hits = 0;
          for (let at = 0; at < wanted.length; at += 1) {
            const value = this.#engine.decode(loaded, stored[at] as string, payloads[at]);
            if (value === undefined || live?.[at] === false) continue;
            hits += 1;
            found.set(wanted[at] as string, value as T);
          }
          this.#engine.stats.hits += hits;
          this.#engine.stats.misses += wanted.length - hits;
          noteFound(trace, hits, wanted.length);
          return found;
        };
        const { features } = loaded.backend;
        return whenReady(loaded.backend.getEach(stored), (payloads) => {
          if (!payloads.some((payload) => noteOf(features, payload) !== undefined)) return read(payloads);
          return whenReady(areLive(this.#engine, loaded, payloads), (live) => read(payloads, live));
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
      (loaded, trace) => {
        const stored = this.#stored(loaded, key, versionOfSet(options));
        const ttlMs = this.#ttlMsOf(options);
        const tags = tagsOf(options);
        const payload = this.#encode(loaded, stored, value, ttlMs);
        const written =
          ttlMs === 0
            ? this.#drop(loaded, stored, trace)
            : whenReady(this.#tagged(loaded, stored, payload, ttlMs, tags), (tagged) => {
                this.#engine.flights.replace(stored);
                return this.#engine.write(loaded, [stored], () => loaded.backend.set(stored, tagged, ttlMs));
              });
        return ending<unknown, void>(written, () => this.#countStored(1, trace));
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
    const keys = pairs.map(([key]) => key);
    return this.#engine.run(
      "setMany",
      keys,
      async (loaded, trace) => {
        const ttlMs = this.#ttlMsOf(options);
        const tags = tagsOf(options);
        const payloads = new Map<string, unknown>();
        for (const [key, value] of pairs) {
          const stored = this.#stored(loaded, key, versionOfSet(options));
          payloads.set(stored, this.#encode(loaded, stored, value, ttlMs));
        }
        if (ttlMs === 0) {
          await this.#dropMany(loaded, [...payloads.keys()], trace);
          return [];
        }
        if (payloads.size === 0) return [];
        if (tags.length > 0) {
          const note = tagNote(await this.#engine.tags.versions(loaded, tags));
          const { features } = loaded.backend;
          for (const [key, payload] of payloads) {
            payloads.set(key, withNote(payload, { features, key, ttlMs }, note));
          }
        }
        for (const stored of payloads.keys()) this.#engine.flights.replace(stored);
        const refused = await this.#engine.write(loaded, [...payloads.keys()], () =>
          loaded.backend.setMany(payloads, ttlMs),
        );
        this.#countStored(payloads.size - refused.length, trace);
        if (refused.length === 0) return [];
        const given = new Map(keys.map((key) => [this.#stored(loaded, key, versionOfSet(options)), key]));
        return refused.map((stored) => given.get(stored) ?? stored);
      },
      () => [...new Set(keys)],
    );
  }

  /** Stores `value` where no live entry is: `true` where it did. Atomic; of many callers at once, one gets `true`. */
  add(key: string, value: unknown, options?: TimeoutOrOptions): Promise<boolean> {
    return this.#engine.run(
      "add",
      key,
      async (loaded, trace) => {
        const stored = this.#stored(loaded, key, versionOfSet(options));
        const ttlMs = this.#ttlMsOf(options);
        const tags = tagsOf(options);
        const payload = this.#encode(loaded, stored, value, ttlMs);
        const place = this.#place(loaded, stored);
        // What expires at once would be stored and gone: all there is to tell is whether it could have been.
        if (ttlMs === 0) return !(await hasEntry(place));
        // Without tags it is sent at once, before whatever is asked for next.
        const added = await whenReady(this.#tagged(loaded, stored, payload, ttlMs, tags), (tagged) =>
          addEntry(place, { payload: tagged, ttlMs }),
        );
        if (added) this.#engine.flights.overtake(stored);
        this.#countStored(added ? 1 : 0, trace);
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
   * after `delete`, `clear` or `invalidateTags` the result goes to the callers and is not stored. What the function throws
   * reaches every waiting caller, and nothing is stored.
   *
   * With `lock`, the same holds between processes. A value that was stored with a stale window, to be early refreshed or
   * with tags is read by the same command as any other, and its tags by one more.
   */
  getOrSet<T>(key: string, compute: Compute<T>, options?: TimeoutOrOptions<GetOrSetOptions>): Promise<T>;
  getOrSet<T>(key: string, value: T, options?: TimeoutOrOptions<GetOrSetOptions>): Promise<T>;
  getOrSet(key: string, source: unknown, options?: TimeoutOrOptions<GetOrSetOptions>): Promise<unknown> {
    return this.#engine.run("getOrSet", key, (loaded, trace) => {
      const stored = this.#stored(loaded, key, versionOfSet(options));
      if (source === undefined)
        throw new ArgumentError("getOrSet needs a value or a function; got undefined");
      const terms = options === undefined ? this.#terms : makeTerms(options, this.#ttlMs);
      const { landed } = this.#engine.flights;
      return whenReady(this.#engine.read(loaded, stored, trace), (payload) => {
        const note = noteOf(loaded.backend.features, payload);
        if (note === undefined) {
          // What is found without a note, as most is, is returned as get returns it.
          const value = this.#engine.decode(loaded, stored, payload);
          if (value !== undefined) return this.#engine.count(value, trace);
        }
        const request = { ...this.#place(loaded, stored), trace, terms, source, seat: undefined };
        return getOrMake(request, { payload, note, landed });
      });
    });
  }

  /**
   * Returns the values of `keys`, in the order asked for: those that are there, and those that the function makes, which is
   * run once for all that are missing. What it leaves out is missing from the result, and not stored.
   *
   * What holds of the function of `getOrSet` holds here for each key: one that is being made already is waited for.
   */
  async getOrSetMany<T>(
    keys: Iterable<string>,
    compute: ComputeMany<T>,
    options?: TimeoutOrOptions<GetOrSetOptions>,
  ): Promise<Map<string, T>> {
    const wanted = [...new Set(listOf(keys))];
    return this.#engine.run("getOrSetMany", wanted, async (loaded, trace) => {
      if (typeof compute !== "function") {
        throw new ArgumentError(`getOrSetMany needs a function; got ${describe(compute)}`);
      }
      const terms = makeTerms(options, this.#ttlMs);
      const stored = this.#storedMany(loaded, wanted, versionOfSet(options));
      const request = { engine: this.#engine, loaded, keys: this.#keys, trace, terms, source: undefined };
      const values = await getOrMakeMany(request, { wanted, stored, compute });
      const found = new Map<string, T>();
      for (const [at, key] of wanted.entries()) {
        if (values[at] !== undefined) found.set(key, values[at] as T);
      }
      return found;
    });
  }

  /**
   * Makes misses of all entries that were stored with one of `tags`, by this cache and its views in any process; also of
   * those being made now. It takes one write a tag, however many entries there are.
   */
  invalidateTags(tags: Iterable<string>): Promise<void> {
    return this.#engine.run(
      "invalidateTags",
      undefined,
      (loaded) => this.#engine.tags.invalidate(loaded, checkTags(tags)),
      () => {},
    );
  }

  /** Gives a live entry a new timeout: `true` where there was one. Zero or less drops it. */
  touch(key: string, options?: TimeoutOrOptions<SetOptions>): Promise<boolean> {
    return this.#engine.run(
      "touch",
      key,
      async (loaded, trace) => {
        const stored = this.#stored(loaded, key, versionOfSet(options));
        const ttlMs = this.#ttlMsOf(options, SET_OPTIONS);
        if (ttlMs === 0) return this.#drop(loaded, stored, trace);
        const touched = await touchEntry(this.#place(loaded, stored), ttlMs);
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
      (loaded) => hasEntry(this.#place(loaded, this.#stored(loaded, key, versionOf(options)))),
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
      (loaded, trace) => this.#drop(loaded, this.#stored(loaded, key, versionOf(options)), trace),
      () => false,
    );
  }

  /** Drops several keys in one round trip, and returns how many live entries went. */
  async deleteMany(keys: Iterable<string>, options?: KeyOptions): Promise<number> {
    const unwanted = [...new Set(listOf(keys))];
    return this.#engine.run(
      "deleteMany",
      unwanted,
      (loaded, trace) =>
        this.#dropMany(loaded, this.#storedMany(loaded, unwanted, versionOf(options)), trace),
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
        const ttlMs = await ttlOfEntry(this.#place(loaded, this.#stored(loaded, key, versionOf(options))));
        return typeof ttlMs === "number" ? ttlMs / 1_000 : ttlMs;
      },
      () => undefined,
    );
  }

  /**
   * Tells where the entry of `key` is, what it is there, and why it is or is not returned. It counts nowhere, and is no use
   * of the entry where the backend can avoid that.
   */
  explain(key: string, options?: KeyOptions): Promise<Explanation> {
    return this.#engine.run("explain", key, (loaded) =>
      explainEntry(this.#engine, loaded, this.#stored(loaded, key, versionOf(options))),
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
      (loaded) => this.#listed(loaded, prefix, matches),
      noKeys,
    );
    try {
      for (;;) {
        const next = await this.#engine.goOn<IteratorResult<string, unknown>>(
          () => listed.next(),
          () => ({ done: true, value: undefined }),
        );
        if (next.done) return;
        yield next.value.slice(prefix.length);
      }
    } finally {
      await listed.return?.();
    }
  }

  /**
   * Takes the lock named `key`, which nobody else, in any process that uses the store, then has until it is released or
   * `timeout` is over; `undefined` where it could not be had within `wait`. On a store that is not shared, it holds in
   * this process.
   */
  lock(key: string, options?: LockOptions): Promise<CacheLock | undefined> {
    return this.#engine.run<CacheLock | undefined>(
      "lock",
      key,
      async (loaded) => {
        const name = this.#keys.hidden("lock", this.#stored(loaded, key, versionOfSet(options)));
        const { waitMs, ...terms } = lockTerms(options);
        const lease = await Lease.wait(this.#engine, { loaded, key: name, ...terms }, waitMs);
        return lease && new CacheLock(key, lease);
      },
      () => undefined,
    );
  }

  /** Drops the keys that `keys(pattern)` lists, and returns how many went. */
  deletePattern(pattern: string): Promise<number> {
    let gone = 0;
    return this.#engine.run(
      "deletePattern",
      undefined,
      async (loaded, trace) => {
        const matches = globMatcher(pattern);
        const prefix = this.#keys.prefixOfVersion("deletePattern");
        let batch: string[] = [];
        for await (const stored of loaded.backend.keys(prefix)) {
          if (!matches(stored.slice(prefix.length))) continue;
          batch.push(stored);
          if (batch.length < DELETE_BATCH) continue;
          gone += await this.#dropMany(loaded, batch, trace);
          batch = [];
        }
        gone += await this.#dropMany(loaded, batch, trace);
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

  /**
   * Says that results of `fn` are kept under keys that begin with `name`.
   *
   * @internal
   * @throws TypeError where another function has that name already.
   */
  claimName(name: string, fn: unknown): void {
    const { names } = this.#engine;
    const stored = this.#keys.stored(name, undefined, false);
    if ((names.get(stored) ?? fn) !== fn) {
      throw new ArgumentError(
        `key must be another name: another function of this cache is called ${quote(name)}`,
      );
    }
    names.set(stored, fn);
  }

  /**
   * Whether a store that fails is a miss.
   *
   * @internal
   */
  get failsOpen(): boolean {
    return this.#engine.config.failOpen;
  }

  /**
   * Whether other processes may see what this one stores: so too while the backend is not loaded.
   *
   * @internal
   */
  get isShared(): boolean {
    return this.#engine.isShared;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #add(operation: string, key: string, delta: number, options: KeyOptions | undefined): Promise<number> {
    return this.#engine.run(
      operation,
      key,
      (loaded) => {
        const stored = this.#stored(loaded, key, versionOf(options));
        checkDelta(delta);
        return incrEntry(this.#place(loaded, stored), delta, (sum) => {
          this.#engine.flights.overtake(stored);
          this.#engine.stats.increments += 1;
          return sum;
        });
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
      async (loaded, trace) => {
        const from = versionOf(options);
        const stored = this.#stored(loaded, key, from);
        checkDelta(delta);
        const version = (from ?? this.#keys.version) + delta;
        const target = this.#stored(loaded, key, version);
        const payload = await loaded.backend.get(stored);
        const { features } = loaded.backend;
        const note = noteOf(features, payload);
        const isThere = note === undefined || (await isLive(this.#engine, loaded, note));
        const value = isThere ? this.#engine.decode(loaded, stored, payload) : undefined;
        const ttlMs = value === undefined ? undefined : await loaded.backend.ttl(stored);
        if (ttlMs === undefined) {
          throw new KeyNotFoundError(`${operation} needs an entry at ${quote(stored)}; there is none`);
        }
        if (target === stored) return version;
        // The payload is bound to its key, so it is made anew for the other.
        const encoded = loaded.codec.encode(target, value, ttlMs);
        const moved = note ? withNote(encoded, { features, key: target, ttlMs }, note) : encoded;
        this.#engine.flights.replace(target);
        await this.#engine.write(loaded, [target], () => loaded.backend.set(target, moved, ttlMs));
        await this.#drop(loaded, stored, trace);
        return version;
      },
      () => {
        throw new KeyNotFoundError(`${operation} needs an entry at ${quote(key)}; the store cannot be asked`);
      },
    );
  }

  #read(
    loaded: Loaded,
    trace: CacheTrace | undefined,
    key: string,
    fallback: unknown,
    options: KeyOptions | undefined,
  ): Result<unknown> {
    const stored = this.#stored(loaded, key, versionOf(options));
    return ending(loaded.backend.get(stored), (payload) => {
      const note = noteOf(loaded.backend.features, payload);
      if (note !== undefined) {
        return whenReady(isLive(this.#engine, loaded, note), (live) => {
          // What is not live is decoded too, since it may be damaged, and is to be counted then.
          const value = this.#engine.decode(loaded, stored, payload);
          const found = this.#engine.count(live ? value : undefined, trace);
          return found === undefined ? fallback : found;
        });
      }
      const value = this.#engine.count(this.#engine.decode(loaded, stored, payload), trace);
      return value === undefined ? fallback : value;
    });
  }

  #stored({ backend }: Loaded, key: string, version: number | undefined): string {
    return this.#keys.stored(key, version, backend.features.portableKeysOnly);
  }

  #storedMany({ backend }: Loaded, keys: readonly string[], version: number | undefined): string[] {
    return this.#keys.storedMany(keys, version, backend.features.portableKeysOnly);
  }

  #ttlMsOf(options: TimeoutOrOptions, known = TAGGED_OPTIONS): number | null {
    const ttlMs = ttlMsOf(options, known);
    return ttlMs === undefined ? this.#ttlMs : ttlMs;
  }

  #encode({ codec }: Loaded, stored: string, value: unknown, ttlMs: number | null): unknown {
    if (value === undefined)
      throw new ArgumentError(`undefined cannot be stored at ${quote(stored)}: it means a miss`);
    return codec.encode(stored, value, ttlMs);
  }

  #listed(
    loaded: Loaded,
    prefix: string,
    matches: (key: string) => boolean,
  ): AsyncGenerator<string, void, undefined> {
    const listed = matching(loaded.backend.keys(prefix), (stored) => matches(stored.slice(prefix.length)));
    return liveKeys({ engine: this.#engine, loaded }, listed);
  }

  #place(loaded: Loaded, stored: string): Place {
    return { engine: this.#engine, loaded, stored, keys: this.#keys };
  }

  /** Returns `payload` with the versions that `tags` have now. */
  #tagged(
    loaded: Loaded,
    key: string,
    payload: unknown,
    ttlMs: number | null,
    tags: readonly string[],
  ): Awaitable<unknown> {
    if (tags.length === 0) return payload;
    const { features } = loaded.backend;
    const read = this.#engine.tags.versions(loaded, tags);
    return read.then((versions) => withNote(payload, { features, key, ttlMs }, tagNote(versions)));
  }

  #countStored(count: number, trace: CacheTrace | undefined): void {
    this.#engine.stats.sets += count;
    if (trace !== undefined) trace.stored = count;
  }

  #countDropped(count: number, trace: CacheTrace | undefined): void {
    this.#engine.stats.deletes += count;
    if (trace !== undefined) trace.deleted = (trace.deleted ?? 0) + count;
  }

  #drop(loaded: Loaded, stored: string, trace: CacheTrace | undefined): Awaitable<boolean> {
    this.#engine.flights.abandon(stored);
    return whenReady(deleteEntry(this.#place(loaded, stored)), (was) => {
      this.#countDropped(was ? 1 : 0, trace);
      return was;
    });
  }

  async #dropMany(loaded: Loaded, stored: readonly string[], trace: CacheTrace | undefined): Promise<number> {
    if (stored.length === 0) return 0;
    for (const key of stored) this.#engine.flights.abandon(key);
    const gone = await deleteEntries({ engine: this.#engine, loaded, keys: this.#keys }, stored);
    this.#countDropped(gone, trace);
    return gone;
  }
}

function checkDelta(delta: number): void {
  if (!Number.isSafeInteger(delta))
    throw new ArgumentError(`delta must be a whole number; got ${describe(delta)}`);
}

function tagNote(tags: readonly TagVersion[]): Note {
  return { freshUntil: null, keptMs: 0, costMs: 0, tags };
}

async function* matching(
  keys: AsyncIterable<string>,
  matches: (key: string) => boolean,
): AsyncGenerator<string, void, undefined> {
  for await (const key of keys) if (matches(key)) yield key;
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
