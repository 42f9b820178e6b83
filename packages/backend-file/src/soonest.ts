/** An entry, and when it expires as far as is known. */
export interface Expiring {
  readonly name: string;
  readonly expiresAt: number;
}

/**
 * The entries that expire soonest, as the last listing showed them and this process has added since. A full cache with
 * one of these expired has room for a new entry without listing the directory again.
 */
export class Soonest {
  // The soonest stands last, where it is quickly taken away.
  #entries: Expiring[] = [];
  #capacity = 0;

  /** Begins anew with `entries`, which are all that expire before any other entry. */
  reset(entries: readonly Expiring[]): void {
    this.#entries = entries.toSorted((a, b) => b.expiresAt - a.expiresAt);
    this.#capacity = entries.length;
  }

  /** Takes in a new entry, if it belongs to those that expire soonest. */
  add(entry: Expiring): void {
    const latest = this.#entries[0];
    // Later than all here, it may be later than others that are not known here.
    if (latest === undefined || entry.expiresAt >= latest.expiresAt) return;
    this.#entries.splice(this.#placeOf(entry.expiresAt), 0, entry);
    if (this.#entries.length > this.#capacity) this.#entries.shift();
  }

  /** Takes the soonest, if it has expired at `now`. */
  takeExpired(now: number): Expiring | undefined {
    const soonest = this.#entries.at(-1);
    return soonest !== undefined && soonest.expiresAt <= now ? this.#entries.pop() : undefined;
  }

  #placeOf(expiresAt: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle] as Expiring).expiresAt > expiresAt) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
