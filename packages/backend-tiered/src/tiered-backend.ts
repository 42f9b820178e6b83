import {
  type Awaitable,
  type Backend,
  BackendError,
  type BackendFeatures,
  BaseBackend,
  baseFeatures,
  ClosedError,
  foundAmong,
  whenReady,
} from "@cullet/core";
import { Announcer } from "./announcer.js";
import { Feed } from "./feed.js";
import { NearTier } from "./near-tier.js";
import { openTiers } from "./open-tiers.js";
import type { TieredSettings } from "./tiered-options.js";
import { Together } from "./together.js";

/** What was loaded, and what keeps the near tier in step with the far one. */
interface Tiers {
  readonly far: Backend;
  readonly near: NearTier;
  readonly feed: Feed;
  readonly announcer: Announcer | undefined;
}

/**
 * Keeps copies of a shared store's entries in this process's memory. The far tier decides everything; the near one only
 * saves the way to it for what was read lately, until that is told, or may be supposed, to have changed.
 */
export class TieredBackend extends BaseBackend<unknown> {
  /** Those of the far tier, when that is loaded; but that it culls is not to be seen at once. */
  override features: BackendFeatures = baseFeatures;
  readonly #settings: TieredSettings;
  readonly #fetches = new Together((keys) => this.#copy(keys));
  #loading: Promise<void> | undefined;
  #loaded: Tiers | undefined;

  /** @internal Made by `tiered`. */
  constructor(settings: TieredSettings) {
    super();
    this.#settings = settings;
  }

  override load(): Promise<void> {
    // What was not there this time may be the next.
    this.#loading ??= this.#load().catch((error) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  override async connect(): Promise<void> {
    const { far, feed } = this.#tiers;
    await far.connect();
    await feed.ready();
  }

  get(key: string): Awaitable<unknown> {
    const { near } = this.#tiers;
    return whenReady(near.get(key), (payload) =>
      payload === undefined ? this.#fetch([key]).then(([fetched]) => fetched) : payload,
    );
  }

  override getEach(keys: readonly string[]): Awaitable<readonly unknown[]> {
    const { near } = this.#tiers;
    return whenReady(near.getEach(keys), (payloads) => {
      const missing = keys.filter((_key, at) => payloads[at] === undefined);
      if (missing.length === 0) return payloads;
      return this.#fetch(missing).then((fetched) => {
        const rest = fetched.values();
        return keys.map((_key, at) => (payloads[at] === undefined ? rest.next().value : payloads[at]));
      });
    });
  }

  override async getMany(keys: readonly string[]): Promise<Map<string, unknown>> {
    return foundAmong(keys, await this.getEach(keys));
  }

  override peek(key: string): Awaitable<unknown> {
    const { far, near } = this.#tiers;
    return whenReady(far.peek(key), (payload) => {
      near.compare(key, payload);
      return payload;
    });
  }

  override peekEach(keys: readonly string[]): Awaitable<readonly unknown[]> {
    const { far, near } = this.#tiers;
    return whenReady(far.peekEach(keys), (payloads) => {
      for (const [at, key] of keys.entries()) near.compare(key, payloads[at]);
      return payloads;
    });
  }

  override has(key: string): Awaitable<boolean> {
    return this.#tiers.far.has(key);
  }

  override ttl(key: string): Promise<number | null | undefined> {
    return this.#tiers.far.ttl(key);
  }

  override keys(prefix: string): AsyncIterable<string> {
    return this.#tiers.far.keys(prefix);
  }

  set(key: string, payload: unknown, ttlMs: number | null): Promise<void> {
    return this.#write([key], (far) => far.set(key, payload, ttlMs));
  }

  override setMany(payloads: ReadonlyMap<string, unknown>, ttlMs: number | null): Promise<string[]> {
    return this.#write([...payloads.keys()], (far) => far.setMany(payloads, ttlMs));
  }

  delete(key: string): Promise<boolean> {
    return this.#write([key], (far) => far.delete(key));
  }

  override deleteMany(keys: readonly string[]): Promise<number> {
    return this.#write(keys, (far) => far.deleteMany(keys));
  }

  override add(key: string, payload: unknown, ttlMs: number | null): Promise<boolean> {
    return this.#write([key], (far) => far.add(key, payload, ttlMs));
  }

  override touch(key: string, ttlMs: number | null): Promise<boolean> {
    return this.#write([key], (far) => far.touch(key, ttlMs));
  }

  override incr(key: string, delta: number): Promise<number> {
    return this.#write([key], (far) => far.incr(key, delta));
  }

  async clear(prefix: string): Promise<void> {
    const { far, near, feed, announcer } = this.#tiers;
    feed.begin();
    try {
      await far.clear(prefix);
    } finally {
      near.dropAll();
    }
    await announcer?.cleared();
  }

  override async close(): Promise<void> {
    await this.#loading?.catch(() => {});
    if (this.#loaded === undefined) return;
    const { far, near, feed } = this.#loaded;
    feed.close();
    await Promise.all([far.close(), near.close()]);
  }

  get #tiers(): Tiers {
    if (this.#loaded === undefined) throw new Error("load() must be waited for before anything is asked");
    return this.#loaded;
  }

  async #load(): Promise<void> {
    const { bus, watch, prefix, nearTimeoutMs: timeoutMs, serveNearOnError } = this.#settings;
    const { far, near: copies } = await openTiers(this.#settings);
    const near = new NearTier({ backend: copies, prefix, outlasts: serveNearOnError });
    const announcer = bus && new Announcer(bus);
    const feed = new Feed({
      near,
      timeoutMs,
      listen: (listener) => {
        if (announcer !== undefined) return announcer.listen(listener);
        return watch ? far.watch(prefix, listener) : undefined;
      },
    });
    this.#loaded = { far, near, feed, announcer };
    // A copy may be used for a while although the far tier made room for others.
    this.features = { ...far.features, culls: false };
  }

  /** Reads what there are no copies of, or may not be. */
  async #fetch(keys: readonly string[]): Promise<readonly unknown[]> {
    const { far, near, feed } = this.#tiers;
    feed.begin();
    try {
      return await (near.isTrusted ? this.#fetches.get(keys) : far.getEach(keys));
    } catch (error) {
      const payloads = await this.#standIns(keys, error);
      if (payloads === undefined) throw error;
      return payloads;
    }
  }

  /** Reads from the far tier, and keeps copies of what is there. */
  async #copy(keys: readonly string[]): Promise<readonly unknown[]> {
    const { far, near } = this.#tiers;
    const read = near.beginRead(keys);
    try {
      const copies = await far.getCopies(keys);
      near.keep(read, copies);
      return copies.map((copy) => copy?.payload);
    } finally {
      near.endRead(read);
    }
  }

  /** Returns what is there in the place of what the far tier failed to return, if anything is, and is to be used. */
  async #standIns(keys: readonly string[], error: unknown): Promise<readonly unknown[] | undefined> {
    const isDown = error instanceof BackendError && !(error instanceof ClosedError);
    if (!this.#settings.serveNearOnError || !isDown) return undefined;
    const payloads = await this.#tiers.near.getEachLeft(keys);
    return payloads.some((payload) => payload !== undefined) ? payloads : undefined;
  }

  /** Has the far tier write at `keys`, and tells of it. This process reads no copy of before, from when it is told. */
  async #write<T>(keys: readonly string[], write: (far: Backend) => Awaitable<T>): Promise<T> {
    const { far, near, feed, announcer } = this.#tiers;
    // Who listens to a bus can also speak on it.
    feed.begin();
    let result: T;
    try {
      result = await write(far);
    } catch (error) {
      const isBackendError = error instanceof BackendError;
      if (isBackendError && !error.indeterminate) throw error;
      near.drop(keys);
      // It has been waited for long enough.
      if (isBackendError) void announcer?.changed(keys);
      throw error;
    }
    near.drop(keys);
    // Nothing was there to be changed, or something that was not to be.
    if (result !== false) await announcer?.changed(keys);
    return result;
  }
}
