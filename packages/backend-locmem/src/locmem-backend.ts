import {
  addDelta,
  BackendError,
  type BackendFeatures,
  BaseBackend,
  baseFeatures,
  type CullOptions,
  cullCount,
  KeyNotFoundError,
  now,
  payloadSize,
  quote,
} from "@cullet/core";
import type { LocMemStore } from "./locmem-store.js";

export interface LocMemOptions extends CullOptions {
  /**
   * Whether callers get copies. `false` stores and hands out the very value that was given: faster, takes any value,
   * and who changes it changes the cache.
   * @default true
   */
  clone?: boolean;
  /** Bytes that keys and values may take together, reckoned as they would be stored. @default Infinity */
  maxBytes?: number;
}

/** Keeps entries in this process's memory; the least recently used go first. A read or a write is a use. */
export class LocMemBackend extends BaseBackend<unknown> {
  override readonly features: BackendFeatures;
  readonly #store: LocMemStore;
  readonly #options: Required<LocMemOptions>;

  constructor(store: LocMemStore, options: Required<LocMemOptions>) {
    super();
    this.#store = store;
    this.#options = options;
    if (options.cullFrequency > 0) store.table.setCullFrequency(options.cullFrequency);
    this.features = {
      ...baseFeatures,
      atomic: true,
      expiry: "store",
      counters: true,
      lists: true,
      culls: true,
      payloads: options.clone ? "copies" : "references",
      bounded: true,
    };
  }

  get(key: string): unknown {
    const { table } = this.#store;
    const slot = table.find(key);
    if (slot === 0) return undefined;
    table.use(slot);
    return table.payload(slot);
  }

  set(key: string, payload: unknown, ttlMs: number | null): void {
    const { table } = this.#store;
    const weight = this.#weigh(key, payload);
    const slot = table.find(key);
    if (slot === 0) {
      this.#makeRoom();
      table.insert(key, payload, weight, expiryOf(ttlMs));
    } else {
      table.replace(slot, payload, weight);
      table.setExpires(slot, expiryOf(ttlMs));
    }
    this.#shed();
    this.#store.expectExpiry();
  }

  delete(key: string): boolean {
    const { table } = this.#store;
    const slot = table.find(key);
    if (slot === 0) return false;
    table.remove(slot);
    return true;
  }

  clear(prefix: string): void {
    const { table } = this.#store;
    if (prefix === "") {
      table.clear();
      return;
    }
    for (const key of table.keys()) if (key.startsWith(prefix)) this.delete(key);
  }

  override getEach(keys: readonly string[]): unknown[] {
    return this.#store.table.payloads(keys);
  }

  override async setMany(payloads: ReadonlyMap<string, unknown>, ttlMs: number | null): Promise<string[]> {
    const refused: string[] = [];
    for (const [key, payload] of payloads) {
      try {
        this.set(key, payload, ttlMs);
      } catch (error) {
        if (!(error instanceof BackendError)) throw error;
        refused.push(key);
      }
    }
    return refused;
  }

  override async add(key: string, payload: unknown, ttlMs: number | null): Promise<boolean> {
    if (this.has(key)) return false;
    this.set(key, payload, ttlMs);
    return true;
  }

  override has(key: string): boolean {
    return this.#store.table.find(key) !== 0;
  }

  override peek(key: string): unknown {
    const { table } = this.#store;
    const slot = table.find(key);
    return slot === 0 ? undefined : table.payload(slot);
  }

  override peekEach(keys: readonly string[]): unknown[] {
    return keys.map((key) => this.peek(key));
  }

  override async touch(key: string, ttlMs: number | null): Promise<boolean> {
    const { table } = this.#store;
    const slot = table.find(key);
    if (slot === 0) return false;
    table.setExpires(slot, expiryOf(ttlMs));
    this.#store.expectExpiry();
    return true;
  }

  override async incr(key: string, delta: number): Promise<number> {
    const { table } = this.#store;
    const slot = table.find(key);
    if (slot === 0) throw new KeyNotFoundError(`incr needs an entry at ${quote(key)}; there is none`);
    const sum = addDelta(key, table.payload(slot), delta);
    table.replace(slot, sum, this.#weigh(key, sum));
    return sum;
  }

  override async ttl(key: string): Promise<number | null | undefined> {
    const { table } = this.#store;
    const slot = table.find(key);
    if (slot === 0) return undefined;
    const expires = table.expires(slot);
    return expires === Number.POSITIVE_INFINITY ? null : expires - now();
  }

  override async *keys(prefix: string): AsyncGenerator<string, void, undefined> {
    for (const key of this.#store.table.keys()) if (key.startsWith(prefix) && this.has(key)) yield key;
  }

  /** Lets entries go where a new one would be too many. */
  #makeRoom(): void {
    const { table } = this.#store;
    if (table.count < this.#options.maxEntries) return;
    table.removeExpired(now());
    if (cullCount(table.count, this.#options) === 0) return;
    if (this.#options.cullFrequency === 0) {
      table.clear();
      return;
    }
    // Another cache of the same name may cull another share.
    table.setCullFrequency(this.#options.cullFrequency);
    table.cut();
  }

  /** Lets the least recently used entries go while there are more bytes than may be. */
  #shed(): void {
    const { table } = this.#store;
    if (table.weight <= this.#options.maxBytes) return;
    table.removeExpired(now());
    while (table.weight > this.#options.maxBytes) table.remove(table.oldest);
  }

  #weigh(key: string, payload: unknown): number {
    const { maxBytes } = this.#options;
    if (maxBytes === Number.POSITIVE_INFINITY) return 0;
    const weight = Buffer.byteLength(key) + payloadSize(payload);
    if (weight <= maxBytes) return weight;
    // The old value must not be taken for the one that could not be stored.
    this.delete(key);
    throw new BackendError(
      `the value at ${quote(key)} takes ${weight} bytes; maxBytes is ${maxBytes} for all together`,
    );
  }
}

function expiryOf(ttlMs: number | null): number {
  return ttlMs === null ? Number.POSITIVE_INFINITY : now() + ttlMs;
}
