import { now } from "@cullet/core";

/** Keys that are being read from the far tier. */
export interface Read {
  readonly keys: readonly string[];
  /** When it began, in milliseconds since 1970. */
  readonly began: number;
  /** Those that may have changed since. */
  readonly spoiled: Set<string>;
}

/** The reads that are under way, by key: what changes meanwhile must not come back as a copy of what it was. */
export class PendingReads {
  readonly #byKey = new Map<string, Set<Read>>();

  begin(keys: readonly string[]): Read {
    const read = { keys, began: now(), spoiled: new Set<string>() };
    for (const key of keys) {
      const reads = this.#byKey.get(key);
      if (reads === undefined) this.#byKey.set(key, new Set([read]));
      else reads.add(read);
    }
    return read;
  }

  end(read: Read): void {
    for (const key of read.keys) {
      const reads = this.#byKey.get(key);
      reads?.delete(read);
      if (reads?.size === 0) this.#byKey.delete(key);
    }
  }

  /** Says that `keys` may have changed. */
  spoil(keys: readonly string[]): void {
    if (this.#byKey.size === 0) return;
    for (const key of keys) for (const read of this.#byKey.get(key) ?? []) read.spoiled.add(key);
  }

  /** Says that any key may have changed. */
  spoilAll(): void {
    this.spoil([...this.#byKey.keys()]);
  }
}
