import { decodeEntry, type Entry } from "./entry.js";

// Up to here, copies of what is read again and again are kept ready to be sent.
const MOST_BYTES = 16 * 1_048_576;

interface Reading {
  readonly stored: unknown;
  readonly entry: Entry;
}

/**
 * Reads entries, and remembers the latest: one that the store gives again as it was is not read again. What is good and
 * what is gone is up to the store, which is asked each time.
 */
export class EntryReader {
  #readings = new Map<string, Reading>();
  #bytes = 0;

  /** Returns the entry in what the store gave for `key`; `undefined` where there is none. */
  read(key: string, stored: unknown): Entry | undefined {
    if (stored === undefined) return undefined;
    // Only text is the same at a glance.
    if (typeof stored !== "string") return decodeEntry(stored);
    const known = this.#readings.get(key);
    if (known !== undefined && known.stored === stored) return known.entry;
    const entry = decodeEntry(stored);
    if (entry !== undefined) this.#remember(key, { stored, entry });
    return entry;
  }

  #remember(key: string, reading: Reading): void {
    this.#forget(key);
    const size = sizeOf(reading);
    if (size > MOST_BYTES) return;
    this.#readings.set(key, reading);
    this.#bytes += size;
    for (const oldest of this.#readings.keys()) {
      if (this.#bytes <= MOST_BYTES) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    const known = this.#readings.get(key);
    if (known === undefined) return;
    this.#readings.delete(key);
    this.#bytes -= sizeOf(known);
  }
}

/** Returns how many bytes a reading keeps, its head included: about. */
function sizeOf({ entry }: Reading): number {
  return 2 * entry.body.length + 4_096;
}
