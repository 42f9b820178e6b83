import {
  type BackendFeatures,
  BaseBackend,
  baseFeatures,
  KeyNotFoundError,
  type Payload,
  quote,
} from "@cullet/core";
import { addTo } from "./addition.js";
import { ttlMsOf } from "./lifetime.js";
import { addOver, deleteEach, deleteLive, setEach, setOver, touchLive } from "./operations.js";
import type { Servers } from "./servers.js";

/**
 * Keeps entries in memcached, which drops them when it needs the room. It knows seconds only, so an entry's exact expiry
 * is in its payload; and it cannot list keys, so `clear` drops all that it holds.
 */
export class MemcachedBackend extends BaseBackend {
  override readonly features: BackendFeatures = {
    ...baseFeatures,
    shared: true,
    atomic: true,
    expiry: "payload",
    counters: true,
    clearsPrefix: false,
    portableKeysOnly: true,
    bounded: true,
  };
  readonly #servers: Servers;

  /** @internal Made by `memcached`. */
  constructor(servers: Servers) {
    super();
    this.#servers = servers;
  }

  override connect(): Promise<void> {
    return this.#servers.connect();
  }

  get(key: string): Promise<Payload | undefined> {
    return this.#servers.read<Payload | undefined>("get", key, (store) => store.get(key), undefined);
  }

  override async getMany(keys: readonly string[]): Promise<Map<string, Payload>> {
    const parts = await this.#servers.readShares(
      "getMany",
      keys,
      (share) => (store) => store.getMany(share),
      new Map<string, Payload>(),
    );
    const [only] = parts;
    if (only !== undefined && parts.length === 1) return only;
    return new Map(parts.flatMap((part) => [...part]));
  }

  set(key: string, payload: Payload, ttlMs: number | null): Promise<void> {
    return this.#servers.write("set", key, (store) => setOver(store, { key, payload, ttlMs }), undefined);
  }

  override async setMany(payloads: ReadonlyMap<string, Payload>, ttlMs: number | null): Promise<string[]> {
    const refused = await this.#servers.writeShares(
      "setMany",
      [...payloads.keys()],
      (keys) => (store) =>
        setEach(
          store,
          keys.map((key) => ({ key, payload: payloads.get(key) as Payload, ttlMs })),
        ),
      (keys) => [...keys],
    );
    return refused.flat();
  }

  delete(key: string): Promise<boolean> {
    return this.#servers.write("delete", key, (store) => deleteLive(store, key), false);
  }

  override async deleteMany(keys: readonly string[]): Promise<number> {
    const counts = await this.#servers.writeShares(
      "deleteMany",
      keys,
      (share) => (store) => deleteEach(store, share),
      () => 0,
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async clear(_prefix: string): Promise<void> {
    await this.#servers.flush();
  }

  override add(key: string, payload: Payload, ttlMs: number | null): Promise<boolean> {
    const entry = { key, payload, ttlMs };
    return this.#servers.change("add", key, (store) => addOver(store, entry), false);
  }

  override async has(key: string): Promise<boolean> {
    return (await this.ttl(key)) !== undefined;
  }

  override touch(key: string, ttlMs: number | null): Promise<boolean> {
    return this.#servers.change("touch", key, (store) => touchLive(store, key, ttlMs), false);
  }

  override async incr(key: string, delta: number): Promise<number> {
    const sum = await this.#servers.change<number | undefined>(
      "incr",
      key,
      (store) => addTo(store, key, delta),
      undefined,
    );
    if (sum !== undefined) return sum;
    throw new KeyNotFoundError(`incr needs an entry at ${quote(key)}; there is none`);
  }

  override ttl(key: string): Promise<number | null | undefined> {
    return this.#servers.read<number | null | undefined>(
      "ttl",
      key,
      async (store) => ttlMsOf(key, await store.read(key)),
      undefined,
    );
  }

  override close(): void {
    this.#servers.close();
  }
}
