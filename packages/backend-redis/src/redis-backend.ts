import {
  type BackendFeatures,
  BaseBackend,
  baseFeatures,
  type ChangeListener,
  type Copy,
  copyOf,
  foundAmong,
  type Payload,
  type Stop,
} from "@cullet/core";
import { scan } from "./scan.js";
import type { Servers } from "./servers.js";

/**
 * Keeps entries in Redis or Valkey, which expires and evicts them itself: this backend never culls. Integers are kept
 * as such, so that the server counts with them.
 */
export class RedisBackend extends BaseBackend {
  override readonly features: BackendFeatures = {
    ...baseFeatures,
    shared: true,
    atomic: true,
    expiry: "store",
    counters: true,
    lists: true,
    bounded: true,
  };
  readonly #servers: Servers;

  /** @internal Made by `redis`. */
  constructor(servers: Servers) {
    super();
    this.#servers = servers;
  }

  override connect(): Promise<void> {
    return this.#servers.connect();
  }

  get(key: string): Promise<Buffer | undefined> {
    return this.#servers.reader(key).get(key);
  }

  override async getMany(keys: readonly string[]): Promise<Map<string, Payload>> {
    return foundAmong(keys, await this.getEach(keys));
  }

  override async getEach(keys: readonly string[]): Promise<readonly (Buffer | undefined)[]> {
    if (keys.length === 0) return [];
    const shares = this.#servers.readers(keys);
    const ask = ({ server, keys }: (typeof shares)[number]) =>
      server.read("getMany", (redis) => redis.getMany(keys));
    const [only] = shares;
    if (only !== undefined && shares.length === 1) return ask(only);
    const parts = await Promise.all(shares.map(ask));
    const found = new Map<string, Buffer | undefined>();
    for (const [at, share] of shares.entries()) {
      for (const [place, key] of share.keys.entries()) found.set(key, parts[at]?.[place]);
    }
    return keys.map((key) => found.get(key));
  }

  set(key: string, payload: Payload, ttlMs: number | null): Promise<void> {
    return this.#servers.keeper(key).set({ key, payload, ttlMs });
  }

  override async setMany(payloads: ReadonlyMap<string, Payload>, ttlMs: number | null): Promise<string[]> {
    const refused = await Promise.all(
      this.#servers.keepers([...payloads.keys()]).map(({ server, keys }) => {
        const entries = keys.map((key) => ({ key, payload: payloads.get(key) as Payload, ttlMs }));
        return server.write("setMany", (redis) => redis.setMany(entries));
      }),
    );
    return refused.flat();
  }

  delete(key: string): Promise<boolean> {
    return this.#servers.keeper(key).delete(key);
  }

  override async deleteMany(keys: readonly string[]): Promise<number> {
    if (keys.length === 0) return 0;
    const counts = await Promise.all(
      this.#servers
        .keepers(keys)
        .map((share) => share.server.write("deleteMany", (redis) => redis.deleteMany(share.keys))),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  override add(key: string, payload: Payload, ttlMs: number | null): Promise<boolean> {
    return this.#servers.keeper(key).write("add", (redis) => redis.add({ key, payload, ttlMs }));
  }

  override has(key: string): Promise<boolean> {
    return this.#servers.reader(key).read("has", (redis) => redis.has(key));
  }

  override touch(key: string, ttlMs: number | null): Promise<boolean> {
    return this.#servers.keeper(key).write("touch", (redis) => redis.touch(key, ttlMs));
  }

  override incr(key: string, delta: number): Promise<number> {
    return this.#servers.keeper(key).incr({ key, delta });
  }

  override ttl(key: string): Promise<number | null | undefined> {
    return this.#servers.keeper(key).read("ttl", (redis) => redis.ttl(key));
  }

  override async getCopies(keys: readonly string[]): Promise<readonly (Copy<Payload> | undefined)[]> {
    // Replicas may be behind what is told of changes, which is what the servers know that keep the keys.
    const shares = this.#servers.keepers(keys);
    const parts = await Promise.all(
      shares.map((share) => share.server.read("getMany", (redis) => redis.getCopies(share.keys))),
    );
    const found = new Map(
      shares.flatMap((share, part) => share.keys.map((key, at) => [key, parts[part]?.[at]])),
    );
    return keys.map((key) => {
      const copy = found.get(key);
      return copy && copyOf(this, copy.payload, copy.ttlMs);
    });
  }

  override watch(prefix: string, listener: ChangeListener): Stop {
    return this.#servers.watch(prefix, listener);
  }

  override async *keys(prefix: string): AsyncGenerator<string, void, undefined> {
    const seen = new Set<string>();
    for (const server of await this.#servers.all()) {
      for await (const page of scan(server, "keys", prefix)) {
        for (const key of page) {
          if (seen.has(key)) continue;
          seen.add(key);
          yield key;
        }
      }
    }
  }

  async clear(prefix: string): Promise<void> {
    this.#servers.noteWriteOfAll();
    const servers = await this.#servers.all();
    if (prefix === "") {
      await Promise.all(servers.map((server) => server.write("clear", (redis) => redis.flush())));
      return;
    }
    for (const server of servers) {
      for await (const page of scan(server, "clear", prefix)) await this.deleteMany(page);
    }
  }

  override close(): void {
    this.#servers.close();
  }
}
