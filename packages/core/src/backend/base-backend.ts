import { type Awaitable, whenReady } from "../awaitable.js";
import { now } from "../clock.js";
import { addDelta } from "../counter.js";
import { quote } from "../describe.js";
import { KeyNotFoundError, UnsupportedError } from "../errors.js";
import { openInteger, payloadTtlMs, remainingTtlMs, sealInteger, withTtlMs } from "../values/envelope.js";
import { noteOf } from "../values/note.js";
import type { ChangeListener, Stop } from "./changes.js";
import { type BackendFeatures, baseFeatures } from "./features.js";

/** What a backend keeps for a key: bytes, or a safe integer that it can count with. */
export type Payload = Uint8Array | number;

/** A payload, and how long a copy of it may stand in for the entry. */
export interface Copy<P> {
  readonly payload: P;
  /** The milliseconds that the entry has left, and its value is fresh; `null` for ever, 0 where that is not known. */
  readonly ttlMs: number | null;
}

/**
 * What a store does with whole keys and encoded payloads; `Cache` does everything else.
 *
 * Keys arrive prefixed, versioned and checked. Times are milliseconds, whole and above zero; `null` is for ever. A
 * backend throws `BackendError`, with the driver's error as its cause, when the store says no or is not there.
 *
 * @typeParam P - what a payload is, which `features.payloads` says; bytes or an integer unless it says otherwise.
 */
export abstract class BaseBackend<P = Payload> {
  /** What this backend and its store can do. */
  readonly features: BackendFeatures = baseFeatures;

  /** Returns the live payload of `key`, or `undefined` on a miss. */
  abstract get(key: string): Awaitable<P | undefined>;

  /** Stores `payload` for `ttlMs`, over what was there. */
  abstract set(key: string, payload: P, ttlMs: number | null): Awaitable<void>;

  /** Drops `key`; `true` where a live entry went. */
  abstract delete(key: string): Awaitable<boolean>;

  /** Drops every key that begins with `prefix`; all that the store holds where it is `""`. */
  abstract clear(prefix: string): Awaitable<void>;

  // A backend may override the methods below where its store has a better way.

  /** Loads what the backend is made of: called, and waited for, before all else, its features included. */
  load(): Awaitable<void> {}

  /** Reaches the store now, or fails fast: what `ready` asks for. Other calls reach it by themselves. */
  connect(): Awaitable<void> {}

  /** Reads several keys in one round trip; a missing key is missing from the result. */
  async getMany(keys: readonly string[]): Promise<Map<string, P>> {
    return foundAmong(keys, await Promise.all(keys.map((key) => this.get(key))));
  }

  /** Does what `getMany` does, and returns a place for each of `keys`: for a store that is quicker with that. */
  getEach(keys: readonly string[]): Awaitable<readonly (P | undefined)[]> {
    return whenReady(this.getMany(keys), (found) => keys.map((key) => found.get(key)));
  }

  /** Stores several payloads in one round trip, and returns the keys that the store would not take. */
  async setMany(payloads: ReadonlyMap<string, P>, ttlMs: number | null): Promise<string[]> {
    await Promise.all(Array.from(payloads, ([key, payload]) => this.set(key, payload, ttlMs)));
    return [];
  }

  /** Drops several keys in one round trip, and returns how many live entries went. */
  async deleteMany(keys: readonly string[]): Promise<number> {
    const gone = await Promise.all(keys.map((key) => this.delete(key)));
    return gone.filter(Boolean).length;
  }

  /** Stores `payload` where no live entry is; `true` where it did. */
  async add(key: string, payload: P, ttlMs: number | null): Promise<boolean> {
    if (await this.has(key)) return false;
    await this.set(key, payload, ttlMs);
    return true;
  }

  /** Whether `key` has a live entry. Not a use, where the backend drops the least recently used. */
  has(key: string): Awaitable<boolean> {
    return whenReady(this.get(key), (payload) => isLive(this, payload));
  }

  /**
   * Does what `get` does, to decide by it: as no use of the entry, where the backend drops the least recently used, and
   * from the store itself, where the backend has copies of what it holds.
   */
  peek(key: string): Awaitable<P | undefined> {
    return this.get(key);
  }

  /** Does what `getEach` does, as `peek` does it. */
  peekEach(keys: readonly string[]): Awaitable<readonly (P | undefined)[]> {
    return this.getEach(keys);
  }

  /** Does what `getEach` does, for who is to keep copies, and is told by `watch` what becomes of the entries. */
  async getCopies(keys: readonly string[]): Promise<readonly (Copy<P> | undefined)[]> {
    const isTold = keepsExpiry(this);
    const [payloads, ttls] = await Promise.all([
      this.getEach(keys),
      isTold ? Promise.all(keys.map((key) => this.ttl(key))) : [],
    ]);
    return payloads.map((payload, at) => {
      if (payload === undefined) return undefined;
      return copyOf(this, payload, isTold ? ttls[at] : payloadLeftMs(this, payload));
    });
  }

  /**
   * Tells `listener` what changes in the store, by whichever process, at the keys that begin with `prefix`; until it is
   * stopped. It reaches the store by itself, again and again. Returns `undefined` where the store does not tell.
   */
  watch(_prefix: string, _listener: ChangeListener): Stop | undefined {
    return undefined;
  }

  /** Gives a live entry a new time to live; `false` where there is none. */
  async touch(key: string, ttlMs: number | null): Promise<boolean> {
    const payload = await this.get(key);
    if (payload === undefined || !isLive(this, payload)) return false;
    await this.set(key, keepsExpiry(this) ? payload : withTtlMs(key, payload, ttlMs), ttlMs);
    return true;
  }

  /**
   * Adds `delta` to the integer at `key`, keeps its time to live, and returns the sum.
   *
   * @throws KeyNotFoundError where there is no live entry. Nothing is created.
   * @throws NotAnIntegerError where the value, or the sum, is no safe integer. The value stays.
   */
  async incr(key: string, delta: number): Promise<number> {
    const payload = await this.get(key);
    const ttlMs = payload === undefined ? undefined : await ttlMsOf(this, key, payload);
    if (ttlMs === undefined)
      throw new KeyNotFoundError(`incr needs an entry at ${quote(key)}; there is none`);
    const sum = addDelta(key, openInteger(key, payload), delta);
    const payloadOfSum = this.features.counters
      ? sum
      : sealInteger(key, sum, keepsExpiry(this) ? null : ttlMs);
    await this.set(key, payloadOfSum as P, ttlMs);
    return sum;
  }

  /**
   * Returns the milliseconds that `key` has left: `null` for ever, `undefined` where there is no live entry. A backend
   * whose `features.expiry` is `"store"` overrides this.
   */
  async ttl(key: string): Promise<number | null | undefined> {
    const payload = await this.get(key);
    return payload === undefined ? undefined : remainingTtlMs(payload);
  }

  /** Lists the keys that begin with `prefix` and have a live entry. */
  keys(_prefix: string): AsyncIterable<string> {
    throw new UnsupportedError(`${this.constructor.name} cannot list its keys`);
  }

  /** Releases what the backend holds, so that the process can exit by itself. */
  close(): Awaitable<void> {}
}

/** Returns what `getMany` gives, from what `getEach` gave for `keys`. */
export function foundAmong<P>(keys: readonly string[], payloads: readonly (P | undefined)[]): Map<string, P> {
  const found = new Map<string, P>();
  for (const [at, payload] of payloads.entries()) {
    if (payload !== undefined) found.set(keys[at] as string, payload);
  }
  return found;
}

/**
 * Returns a copy of an entry that has `ttlMs` left, `undefined` for none: one that is to be used while its value is fresh,
 * though the store may keep it for longer.
 */
export function copyOf<P>(
  { features }: { features: BackendFeatures },
  payload: P,
  ttlMs: number | null = 0,
): Copy<P> {
  const freshUntil = noteOf(features, payload)?.freshUntil ?? null;
  if (freshUntil === null) return { payload, ttlMs };
  const freshMs = Math.max(0, freshUntil - now());
  return { payload, ttlMs: ttlMs === null ? freshMs : Math.min(ttlMs, freshMs) };
}

// Functions, since a private method would keep a class made from this one out of a declaration file.

function keepsExpiry({ features }: { features: BackendFeatures }): boolean {
  return features.expiry === "store";
}

function ttlMsOf<P>(backend: BaseBackend<P>, key: string, payload: P): Awaitable<number | null | undefined> {
  return keepsExpiry(backend) ? backend.ttl(key) : remainingTtlMs(payload);
}

/** Whether there is a payload, and none that has expired and that the store has yet to drop. */
function isLive(backend: { features: BackendFeatures }, payload: unknown): boolean {
  return payload !== undefined && (keepsExpiry(backend) || remainingTtlMs(payload) !== undefined);
}

/** The milliseconds that the entry of `payload` has left as far as that tells, which of a counter only the store knows. */
function payloadLeftMs({ features }: { features: BackendFeatures }, payload: unknown): number | null {
  return features.counters && typeof payload === "number" ? 0 : payloadTtlMs(payload);
}
