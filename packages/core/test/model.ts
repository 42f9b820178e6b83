/** An entry as the model keeps it. */
interface Entry {
  readonly value: number;
  /** When its timeout is over, in milliseconds since 1970. */
  readonly until: number;
  /** How long past that it may be used. */
  readonly keptMs: number;
  /** The versions of its tags. */
  readonly tags: ReadonlyMap<string, number>;
}

/** How the model is told to store a value. Times are seconds. */
export interface Storing {
  readonly timeout: number | null;
  readonly staleWhileRevalidate?: number | undefined;
  readonly staleIfError?: number | undefined;
  readonly tags: readonly string[];
}

/** What a cache is to do of which the entries are kept beyond their timeouts and have tags. */
export class Model {
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();
  readonly #versions = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  get(key: string): number | undefined {
    return this.#within(key, 0)?.value;
  }

  ttl(key: string): number | null | undefined {
    const entry = this.#within(key, 0);
    if (entry === undefined) return undefined;
    return entry.until === Number.POSITIVE_INFINITY ? null : (entry.until - this.#now()) / 1_000;
  }

  set(
    key: string,
    value: number,
    { timeout, staleWhileRevalidate = 0, staleIfError = 0, tags }: Storing,
  ): void {
    this.#entries.set(key, {
      value,
      until: this.#after(timeout),
      // What is stored for ever has no window, not even when it is given a timeout later.
      keptMs: timeout === null ? 0 : Math.max(staleWhileRevalidate, staleIfError) * 1_000,
      tags: new Map(tags.map((tag) => [tag, this.#versionOf(tag)])),
    });
  }

  add(key: string, value: number, storing: Storing): boolean {
    if (this.get(key) !== undefined) return false;
    this.set(key, value, storing);
    return true;
  }

  touch(key: string, timeout: number): boolean {
    const entry = this.#within(key, 0);
    if (entry !== undefined) this.#entries.set(key, { ...entry, until: this.#after(timeout) });
    return entry !== undefined;
  }

  delete(key: string): boolean {
    const isLive = this.get(key) !== undefined;
    this.#entries.delete(key);
    return isLive;
  }

  invalidate(tag: string): void {
    this.#versions.set(tag, this.#versionOf(tag) + 1);
  }

  /** Returns what the caller gets, where the function makes `value`, or fails: `undefined` for its error. */
  getOrSet(key: string, value: number | undefined, storing: Storing): number | undefined {
    const { staleWhileRevalidate = 0, staleIfError = 0 } = storing;
    const live = this.get(key);
    if (live !== undefined) return live;
    const old =
      this.#within(key, staleWhileRevalidate) ??
      (value === undefined ? this.#within(key, staleIfError) : undefined);
    if (value !== undefined) this.set(key, value, storing);
    return old?.value ?? value;
  }

  /** The entry that is past its timeout by less than `window` seconds, and was stored to be. */
  #within(key: string, window: number): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.#now() >= entry.until + Math.min(window * 1_000, entry.keptMs))
      return undefined;
    return [...entry.tags].every(([tag, version]) => this.#versionOf(tag) === version) ? entry : undefined;
  }

  #versionOf(tag: string): number {
    return this.#versions.get(tag) ?? 0;
  }

  #after(timeout: number | null): number {
    return timeout === null ? Number.POSITIVE_INFINITY : this.#now() + timeout * 1_000;
  }
}
