import {
  addDelta,
  type BackendFeatures,
  BaseBackend,
  baseFeatures,
  type CullOptions,
  cullCount,
  KeyNotFoundError,
  type Payload,
  quote,
} from "@cullet/core";

/** What the reference backend keeps for a key. */
export interface Entry {
  readonly payload: Payload;
  /** Milliseconds since 1970; infinite for never. */
  readonly expiresAt: number;
}

/** A backend that overrides everything and does it right, for the seeded faults to get wrong. */
export class ReferenceBackend extends BaseBackend {
  override readonly features: BackendFeatures = {
    ...baseFeatures,
    atomic: true,
    expiry: "store",
    counters: true,
    lists: true,
    culls: true,
  };
  /** Not private: a seeded fault has to reach it. */
  readonly entries = new Map<string, Entry>();
  readonly culling: Required<CullOptions>;

  constructor({ maxEntries = 300, cullFrequency = 3 }: CullOptions = {}) {
    super();
    this.culling = { maxEntries, cullFrequency };
  }

  /** Returns the entry at `key`, if it is live. */
  live(key: string): Entry | undefined {
    const entry = this.entries.get(key);
    return entry !== undefined && entry.expiresAt > Date.now() ? entry : undefined;
  }

  async get(key: string): Promise<Payload | undefined> {
    return this.live(key)?.payload;
  }

  async set(key: string, payload: Payload, ttlMs: number | null): Promise<void> {
    this.makeRoomFor(key);
    this.put(key, payload, expiryOf(ttlMs));
  }

  async delete(key: string): Promise<boolean> {
    const wasLive = this.live(key) !== undefined;
    this.entries.delete(key);
    return wasLive;
  }

  async clear(prefix: string): Promise<void> {
    for (const key of this.entries.keys()) if (key.startsWith(prefix)) this.entries.delete(key);
  }

  override async getMany(keys: readonly string[]): Promise<Map<string, Payload>> {
    return new Map(
      keys.flatMap((key) => {
        const entry = this.live(key);
        return entry === undefined ? [] : [[key, entry.payload] as const];
      }),
    );
  }

  override async setMany(payloads: ReadonlyMap<string, Payload>, ttlMs: number | null): Promise<string[]> {
    for (const [key, payload] of payloads) {
      this.makeRoomFor(key);
      this.put(key, payload, expiryOf(ttlMs));
    }
    return [];
  }

  override async deleteMany(keys: readonly string[]): Promise<number> {
    const gone = keys.filter((key) => {
      const wasLive = this.live(key) !== undefined;
      this.entries.delete(key);
      return wasLive;
    });
    return gone.length;
  }

  override async add(key: string, payload: Payload, ttlMs: number | null): Promise<boolean> {
    if (this.live(key) !== undefined) return false;
    this.makeRoomFor(key);
    this.put(key, payload, expiryOf(ttlMs));
    return true;
  }

  override async has(key: string): Promise<boolean> {
    return this.live(key) !== undefined;
  }

  override async touch(key: string, ttlMs: number | null): Promise<boolean> {
    const entry = this.live(key);
    if (entry !== undefined) this.put(key, entry.payload, expiryOf(ttlMs));
    return entry !== undefined;
  }

  override async incr(key: string, delta: number): Promise<number> {
    const entry = this.live(key);
    if (entry === undefined)
      throw new KeyNotFoundError(`incr needs an entry at ${quote(key)}; there is none`);
    const sum = addDelta(key, entry.payload, delta);
    this.put(key, sum, entry.expiresAt);
    return sum;
  }

  override async ttl(key: string): Promise<number | null | undefined> {
    const expiresAt = this.live(key)?.expiresAt;
    if (expiresAt === undefined) return undefined;
    return expiresAt === Number.POSITIVE_INFINITY ? null : expiresAt - Date.now();
  }

  override async *keys(prefix: string): AsyncGenerator<string, void, undefined> {
    for (const key of this.entries.keys())
      if (key.startsWith(prefix) && this.live(key) !== undefined) yield key;
  }

  /** Stores an entry, whatever was there. */
  put(key: string, payload: Payload, expiresAt: number): void {
    this.entries.set(key, { payload, expiresAt });
  }

  /** Culls, oldest entries first, where `key` is new and the backend full. */
  makeRoomFor(key: string): void {
    if (this.entries.has(key) || this.entries.size < this.culling.maxEntries) return;
    for (const name of [...this.entries.keys()]) if (this.live(name) === undefined) this.entries.delete(name);
    const names = [...this.entries.keys()];
    for (const name of names.slice(0, cullCount(names.length, this.culling))) this.entries.delete(name);
  }
}

/** When an entry expires that is stored now for `ttlMs`. */
export function expiryOf(ttlMs: number | null): number {
  return ttlMs === null ? Number.POSITIVE_INFINITY : Date.now() + ttlMs;
}
