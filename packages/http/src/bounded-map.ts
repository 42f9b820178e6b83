/**
 * Remembers the latest entries given to it, or asked for, up to a number.
 *
 * They are in two halves, of which the older is forgotten as a whole: a Map from which the first is deleted again and again
 * takes longer and longer to find it.
 */
export class BoundedMap<K, V> {
  readonly #half: number;
  #latest = new Map<K, V>();
  #older = new Map<K, V>();

  constructor(most: number) {
    this.#half = Math.ceil(most / 2);
  }

  get(key: K): V | undefined {
    const value = this.#latest.get(key);
    if (value !== undefined) return value;
    const older = this.#older.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: K, value: V): void {
    if (this.#latest.size >= this.#half && !this.#latest.has(key)) {
      this.#older = this.#latest;
      this.#latest = new Map();
    }
    this.#latest.set(key, value);
  }

  delete(key: K): void {
    this.#latest.delete(key);
    this.#older.delete(key);
  }
}
