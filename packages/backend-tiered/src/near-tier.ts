import { type Awaitable, type Backend, type Copy, now, whenReady } from "@cullet/core";
import { NearCopy } from "./near-copy.js";
import { PendingReads, type Read } from "./pending-reads.js";

/** A time in which nothing is missed of what is told. */
interface Trust {
  /** The longest that a copy is used, in milliseconds. */
  readonly timeoutMs: number;
}

/** What a near tier must know. */
export interface NearTierOptions {
  /** Where the copies are kept. */
  readonly backend: Backend;
  /** What the keys begin with of which copies are kept. */
  readonly prefix: string;
  /** Whether copies are kept for longer than they are used, to stand in where the far tier fails. */
  readonly outlasts: boolean;
}

/**
 * The copies of this process, and what makes them void.
 *
 * Each copy bears the era and the trust in which it was made. A new era begins when all that is kept is known to be gone, a
 * new trust when something may have been missed: what is old is then void at once, however much it is, and leaves by its
 * time or by its age.
 */
export class NearTier {
  readonly #options: NearTierOptions;
  readonly #reads = new PendingReads();
  #era = {};
  /** `undefined` while a change may go untold. */
  #trust: Trust | undefined;

  constructor(options: NearTierOptions) {
    this.#options = options;
  }

  /** Whether copies are made and used. */
  get isTrusted(): boolean {
    return this.#trust !== undefined;
  }

  /** Returns the payload of the copy of `key`, if it may be used. */
  get(key: string): Awaitable<unknown> {
    if (this.#trust === undefined) return undefined;
    return whenReady(this.#options.backend.get(key), (held) => this.#usable(held));
  }

  /** Does what `get` does for each of `keys`. */
  getEach(keys: readonly string[]): Awaitable<readonly unknown[]> {
    if (this.#trust === undefined) return [];
    return whenReady(this.#options.backend.getEach(keys), (held) => held.map((copy) => this.#usable(copy)));
  }

  /** Returns the payloads of the copies of `keys` whose entries have not expired, whatever may have been missed. */
  getEachLeft(keys: readonly string[]): Awaitable<readonly unknown[]> {
    return whenReady(this.#options.backend.getEach(keys), (held) =>
      held.map((copy) => (this.#isOurs(copy) ? copy.payload : undefined)),
    );
  }

  /** Says that `keys` are being read from the far tier. */
  beginRead(keys: readonly string[]): Read {
    return this.#reads.begin(keys);
  }

  /** Keeps copies of what was read, but for what may have changed since the read began. */
  keep({ keys, began, spoiled }: Read, copies: readonly (Copy<unknown> | undefined)[]): void {
    const trust = this.#trust;
    if (trust === undefined) return;
    for (const [at, key] of keys.entries()) {
      const copy = copies[at];
      if (copy !== undefined && !spoiled.has(key)) this.#keep(key, copy, { trust, began });
    }
  }

  /** Says that a read is over. */
  endRead(read: Read): void {
    this.#reads.end(read);
  }

  /** Says that `keys` may have changed. */
  drop(keys: readonly string[]): void {
    this.#reads.spoil(keys);
    for (const key of keys) ignoreFailure(() => this.#options.backend.delete(key));
  }

  /** Says that all may have gone. */
  dropAll(): void {
    this.#reads.spoilAll();
    this.#era = {};
  }

  /** Drops the copy of `key`, if it is of anything but `payload`, which is what the far tier holds. */
  compare(key: string, payload: unknown): void {
    const { backend } = this.#options;
    ignoreFailure(() =>
      whenReady(backend.peek(key), (held) => {
        if (this.#isOurs(held) && !isSame(held.payload, payload)) this.drop([key]);
      }),
    );
  }

  /** Says that from now on copies are used for `timeoutMs` at most. What there is may be void. */
  trust(timeoutMs: number): void {
    this.#reads.spoilAll();
    this.#trust = { timeoutMs };
  }

  /** Says that no copy is to be used, since a change may go untold. */
  distrust(): void {
    this.#reads.spoilAll();
    this.#trust = undefined;
  }

  close(): Awaitable<void> {
    this.dropAll();
    return this.#options.backend.close();
  }

  #keep(
    key: string,
    { payload, ttlMs }: Copy<unknown>,
    { trust, began }: { trust: Trust; began: number },
  ): void {
    const { backend, prefix, outlasts } = this.#options;
    if (!key.startsWith(prefix)) return;
    // What was left of the entry's time was left when the read began, or later: so no copy lives longer than its entry.
    const passedMs = now() - began;
    const usedMs = Math.min(ttlMs ?? trust.timeoutMs, trust.timeoutMs) - passedMs;
    if (usedMs <= 0) return;
    const copy = new NearCopy(asOwn(payload), { era: this.#era, trust, usedUntil: now() + usedMs });
    const keptMs = ttlMs === null ? null : ttlMs - passedMs;
    ignoreFailure(() => backend.set(key, copy, outlasts ? keptMs : usedMs));
  }

  #usable(held: unknown): unknown {
    if (!this.#isOurs(held) || held.trust !== this.#trust || held.usedUntil <= now()) return undefined;
    return held.payload;
  }

  #isOurs(held: unknown): held is NearCopy {
    return held instanceof NearCopy && held.era === this.#era;
  }
}

/** What the near tier cannot do is no failure: the far one is there. */
function ignoreFailure(change: () => Awaitable<unknown>): void {
  try {
    Promise.resolve(change()).catch(() => {});
  } catch {}
}

/** Returns bytes in memory of their own: those of a driver may lie in the midst of much else. */
function asOwn(payload: unknown): unknown {
  return payload instanceof Uint8Array ? Buffer.from(payload) : payload;
}

function isSame(one: unknown, other: unknown): boolean {
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(one, other) === 0;
  return one === other;
}
