/** More keys than this are not told apart any more. */
const MOST_KEYS = 10_000;

/** Knows for a while which keys this process wrote: a replica may not have them yet. */
export class RecentWrites {
  readonly #memoryMs: number;
  #keys = new Set<string>();
  #earlierKeys = new Set<string>();
  #since = performance.now();
  #allUntil = 0;

  /** @param memoryMs how long a key is known at least; it may be twice as long. */
  constructor(memoryMs: number) {
    this.#memoryMs = memoryMs;
  }

  /** Remembers a write of `key`. */
  add(key: string): void {
    this.#forgetOld();
    if (this.#keys.size < MOST_KEYS) this.#keys.add(key);
    else this.addAll();
  }

  /** Remembers a write of who knows which keys. */
  addAll(): void {
    this.#allUntil = performance.now() + this.#memoryMs;
  }

  /** Whether `key` may have been written lately. */
  has(key: string): boolean {
    this.#forgetOld();
    return this.#keys.has(key) || this.#earlierKeys.has(key) || performance.now() < this.#allUntil;
  }

  #forgetOld(): void {
    const now = performance.now();
    const age = now - this.#since;
    if (age < this.#memoryMs) return;
    this.#earlierKeys = age < 2 * this.#memoryMs ? this.#keys : new Set();
    this.#keys = new Set();
    this.#since = now;
  }
}
