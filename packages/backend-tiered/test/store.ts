import {
  type BackendFeatures,
  BaseBackend,
  baseFeatures,
  type ChangeListener,
  type Payload,
  type Stop,
} from "@cullet/core";

interface Entry {
  readonly payload: Payload;
  readonly expiresAt: number;
}

/** What several backends share, as processes share a server. */
export class Store {
  readonly entries = new Map<string, Entry>();
  readonly listeners = new Set<ChangeListener>();

  /** Tells who listens that `keys` have changed. */
  tell(keys: readonly string[]): void {
    for (const listener of this.listeners) listener.changed(keys);
  }
}

/** A way to a store, which keeps time by this process's clock, and tells what changes where it is told to. */
export class StoreBackend extends BaseBackend {
  override readonly features: BackendFeatures = {
    ...baseFeatures,
    expiry: "store",
    lists: true,
    bounded: true,
  };
  /** What each read and write waits for; it may throw. */
  before: () => Promise<void> | undefined = () => undefined;
  /** What each read waits for when it has read. */
  after: () => Promise<void> | undefined = () => undefined;
  /** How many payloads it was asked for. */
  reads = 0;
  readonly store: Store;
  readonly #tells: boolean;

  constructor(store: Store, { tells }: { tells: boolean }) {
    super();
    this.store = store;
    this.#tells = tells;
  }

  async get(key: string): Promise<Payload | undefined> {
    this.reads += 1;
    await this.before();
    const payload = this.#live(key)?.payload;
    await this.after();
    return payload;
  }

  async set(key: string, payload: Payload, ttlMs: number | null): Promise<void> {
    await this.before();
    this.store.entries.set(key, {
      payload,
      expiresAt: ttlMs === null ? Number.POSITIVE_INFINITY : Date.now() + ttlMs,
    });
    this.#tell([key]);
  }

  async delete(key: string): Promise<boolean> {
    await this.before();
    const isLive = this.#live(key) !== undefined;
    this.store.entries.delete(key);
    this.#tell([key]);
    return isLive;
  }

  async clear(prefix: string): Promise<void> {
    await this.before();
    const gone = [...this.store.entries.keys()].filter((key) => key.startsWith(prefix));
    for (const key of gone) this.store.entries.delete(key);
    this.#tell(gone);
  }

  override async ttl(key: string): Promise<number | null | undefined> {
    const entry = this.#live(key);
    if (entry === undefined) return undefined;
    return entry.expiresAt === Number.POSITIVE_INFINITY ? null : entry.expiresAt - Date.now();
  }

  override async *keys(prefix: string): AsyncGenerator<string, void, undefined> {
    for (const key of [...this.store.entries.keys()]) {
      if (key.startsWith(prefix) && this.#live(key) !== undefined) yield key;
    }
  }

  override watch(_prefix: string, listener: ChangeListener): Stop | undefined {
    if (!this.#tells) return undefined;
    this.store.listeners.add(listener);
    listener.listening();
    return () => this.store.listeners.delete(listener);
  }

  #live(key: string): Entry | undefined {
    const entry = this.store.entries.get(key);
    return entry !== undefined && entry.expiresAt > Date.now() ? entry : undefined;
  }

  #tell(keys: readonly string[]): void {
    if (this.#tells) this.store.tell(keys);
  }
}
