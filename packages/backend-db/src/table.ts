import type { Awaitable, Copy, Payload } from "@cullet/core";

/** An entry to be stored. */
export interface Entry {
  readonly key: string;
  readonly payload: Payload;
  readonly ttlMs: number | null;
}

/** Some of the keys of a table, and where to go on: nothing after the last. */
export interface KeyPage {
  readonly keys: readonly string[];
  readonly next: Buffer | string | undefined;
}

/**
 * A table of entries, asked in the words of a cache: one statement a call. Each dialect has one. An entry that has
 * expired is not there, whether or not its row is. Errors are those of the driver.
 */
export interface Table {
  /** What messages call it. */
  readonly title: string;
  /** The statements that make the table and its index. */
  readonly definition: readonly string[];
  /** Makes the table, unless it is there. */
  create(): Awaitable<void>;
  /** Fails where the table cannot be read. */
  look(): Awaitable<void>;

  get(key: string): Awaitable<Payload | undefined>;
  /** Returns the payload of each of `keys`. */
  getEach(keys: readonly string[]): Awaitable<(Payload | undefined)[]>;
  /** Does what `getEach` does, with the milliseconds that each entry has left. */
  getCopies(keys: readonly string[]): Awaitable<(Copy<Payload> | undefined)[]>;
  has(key: string): Awaitable<boolean>;
  /** Returns the milliseconds that `key` has left: `null` for ever, `undefined` where it is not there. */
  ttl(key: string): Awaitable<number | null | undefined>;
  /** Returns up to `limit` of the keys that begin with `prefix`, from where another page ended. */
  keys(prefix: string, after: KeyPage["next"], limit: number): Awaitable<KeyPage>;

  /** Stores entries of different keys, and returns how many rows came: too many rather than too few. */
  set(entries: readonly Entry[]): Awaitable<number>;
  /** Stores an entry where none is. */
  add(entry: Entry): Awaitable<boolean>;
  /** Drops `keys`, and returns how many were there. */
  delete(keys: readonly string[]): Awaitable<number>;
  touch(key: string, ttlMs: number | null): Awaitable<boolean>;
  /** Adds to the integer at `key`, and returns the sum: `undefined` where there is none, or the sum would be none. */
  increase(key: string, delta: number): Awaitable<number | undefined>;

  /** Drops up to `limit` rows whose key begins with `prefix`, and returns how many. */
  clear(prefix: string, limit: number): Awaitable<number>;
  /** Drops up to `limit` rows that have expired, and returns how many. */
  dropExpired(limit: number): Awaitable<number>;
  /** Returns how many rows there are, up to `limit`. */
  count(limit: number): Awaitable<number>;
  /** Drops up to `limit` of the rows that expire soonest, but none of `spared`, and returns how many. */
  dropSoonest(limit: number, spared: readonly string[]): Awaitable<number>;
}

/** What stands for "never" in the column `expires`: the last integer that JavaScript counts exactly. */
export const NEVER = Number.MAX_SAFE_INTEGER;

/** Returns the lowest and the highest value to which `delta` can be added. */
export function rangeFor(delta: number): readonly [lowest: number, highest: number] {
  const most = Number.MAX_SAFE_INTEGER;
  return [Math.max(-most, -most - delta), Math.min(most, most - delta)];
}

/** More than any byte of a text in UTF-8. */
const BEYOND_ALL = Buffer.of(0xff);

/**
 * Returns bounds for the keys that begin with `prefix`, as bytes: at least the first, and less than the second. No byte
 * of a text in UTF-8 is the highest, so that there is a next one.
 */
export function boundsOf(prefix: Buffer): readonly [from: Buffer, to: Buffer] {
  if (prefix.length === 0) return [prefix, BEYOND_ALL];
  const to = Buffer.from(prefix);
  const last = to.length - 1;
  to[last] = (to[last] as number) + 1;
  return [prefix, to];
}
