/** Does what is asked about one key in the order in which it was asked, which several connections would not keep. */
export class KeyOrder {
  /** The last write of each key that is under way. */
  readonly #last = new Map<string, Promise<unknown>>();

  /** Reads, after the writes of `keys` that are under way. */
  read<T>(keys: readonly string[], read: () => Promise<T>): Promise<T> {
    return this.#after(keys, read);
  }

  /** Writes, after the writes of `keys` that are under way. */
  write<T>(keys: readonly string[], write: () => Promise<T>): Promise<T> {
    const written = this.#after(keys, write);
    for (const key of keys) this.#last.set(key, written);
    const forget = () => {
      for (const key of keys) if (this.#last.get(key) === written) this.#last.delete(key);
    };
    written.then(forget, forget);
    return written;
  }

  /** Writes what may concern any key, after all writes that are under way. */
  writeAll<T>(write: () => Promise<T>): Promise<T> {
    return this.#after([...this.#last.keys()], write);
  }

  #after<T>(keys: readonly string[], next: () => Promise<T>): Promise<T> {
    if (this.#last.size === 0) return next();
    const before = keys.map((key) => this.#last.get(key)).filter((write) => write !== undefined);
    return before.length === 0 ? next() : Promise.allSettled(before).then(next);
  }
}
