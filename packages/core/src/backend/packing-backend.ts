import { type Awaitable, isThenable, whenReady } from "../awaitable.js";
import type { Backend } from "../config/types.js";
import { KeyedMutex } from "../keyed-mutex.js";
import { type Compression, compress, expandPayload } from "../values/compression.js";
import { payloadTtlMs, withTtlMs } from "../values/envelope.js";
import { Keyring, type Secret } from "../values/keyring.js";
import { UNREADABLE } from "../values/wrapping.js";
import { BaseBackend, foundAmong } from "./base-backend.js";
import type { BackendFeatures } from "./features.js";

/** What is done to payloads on their way to the store, and undone on the way back. */
export interface Packing {
  readonly compression: Compression | undefined;
  readonly keyring: Keyring | undefined;
}

/** A write that is on its way to the store. */
interface Sent<T> {
  readonly result: Awaitable<T>;
}

/** Returns what is to be done to the payloads of a backend of these features; `undefined` where that is nothing. */
export function packingFor(
  { payloads }: BackendFeatures,
  { compression, secret }: { compression: Compression | undefined; secret: Secret | undefined },
): Packing | undefined {
  // What stays in the memory of the process needs neither.
  if (payloads !== "bytes" || (compression ?? secret) === undefined) return undefined;
  return { compression, keyring: secret && new Keyring(secret) };
}

/** Compresses and protects the payloads of a backend that keeps bytes, which knows nothing of that. */
export class PackingBackend extends BaseBackend<unknown> {
  override readonly features: BackendFeatures;
  readonly #backend: Backend;
  readonly #packing: Packing;
  // A short payload must not overtake a long one of the same key, which is still being compressed.
  readonly #mutex = new KeyedMutex();

  constructor(backend: Backend, packing: Packing) {
    super();
    this.#backend = backend;
    this.#packing = packing;
    const { features } = backend;
    const { atomic, expiry } = features;
    this.features =
      packing.keyring === undefined
        ? features
        : { ...features, atomic: atomic && expiry === "store", counters: false };
  }

  override connect(): Awaitable<void> {
    return this.#backend.connect();
  }

  get(key: string): Awaitable<unknown> {
    return whenReady(this.#backend.get(key), (payload) => this.#unpack(key, payload));
  }

  override peek(key: string): Awaitable<unknown> {
    return whenReady(this.#backend.peek(key), (payload) => this.#unpack(key, payload));
  }

  set(key: string, payload: unknown, ttlMs: number | null): Awaitable<void> {
    return this.#send([key], () =>
      whenReady(this.#pack(key, payload), (packed) => ({ result: this.#backend.set(key, packed, ttlMs) })),
    );
  }

  delete(key: string): Awaitable<boolean> {
    return this.#send([key], () => ({ result: this.#backend.delete(key) }));
  }

  clear(prefix: string): Awaitable<void> {
    return whenReady(
      this.#mutex.runAlone(() => ({ result: this.#backend.clear(prefix) })),
      ({ result }) => result,
    );
  }

  override async getMany(keys: readonly string[]): Promise<Map<string, unknown>> {
    return foundAmong(keys, await this.getEach(keys));
  }

  override getEach(keys: readonly string[]): Awaitable<readonly unknown[]> {
    return whenReady(this.#backend.getEach(keys), (payloads) => this.#unpackEach(keys, payloads));
  }

  override peekEach(keys: readonly string[]): Awaitable<readonly unknown[]> {
    return whenReady(this.#backend.peekEach(keys), (payloads) => this.#unpackEach(keys, payloads));
  }

  override async setMany(payloads: ReadonlyMap<string, unknown>, ttlMs: number | null): Promise<string[]> {
    const keys = [...payloads.keys()];
    return this.#send(keys, async () => {
      const packed = await all(Array.from(payloads, ([key, payload]) => this.#pack(key, payload)));
      return { result: this.#backend.setMany(new Map(keys.map((key, at) => [key, packed[at]])), ttlMs) };
    });
  }

  override async deleteMany(keys: readonly string[]): Promise<number> {
    return this.#send(keys, () => ({ result: this.#backend.deleteMany(keys) }));
  }

  override async add(key: string, payload: unknown, ttlMs: number | null): Promise<boolean> {
    return this.#send([key], () =>
      whenReady(this.#pack(key, payload), (packed) => ({ result: this.#backend.add(key, packed, ttlMs) })),
    );
  }

  override has(key: string): Awaitable<boolean> {
    return this.#backend.has(key);
  }

  override async touch(key: string, ttlMs: number | null): Promise<boolean> {
    const { keyring } = this.#packing;
    const { expiry } = this.features;
    if (keyring === undefined || expiry === "store") {
      return this.#send([key], () => ({ result: this.#backend.touch(key, ttlMs) }));
    }
    return this.#mutex.run([key], () => this.#protectAnew(keyring, key, ttlMs));
  }

  override async incr(key: string, delta: number): Promise<number> {
    if (this.#packing.keyring !== undefined) return super.incr(key, delta);
    return this.#send([key], () => ({ result: this.#backend.incr(key, delta) }));
  }

  override async ttl(key: string): Promise<number | null | undefined> {
    return this.#backend.ttl(key);
  }

  override keys(prefix: string): AsyncIterable<string> {
    return this.#backend.keys(prefix);
  }

  override close(): Awaitable<void> {
    return this.#backend.close();
  }

  /** Sends a write after those of the same keys before it, without waiting for what comes of them. */
  #send<T>(keys: readonly string[], send: () => Awaitable<Sent<T>>): Awaitable<T> {
    return whenReady(this.#mutex.run(keys, send), ({ result }) => result);
  }

  #pack(key: string, payload: unknown): Awaitable<unknown> {
    const { compression, keyring } = this.#packing;
    const compressed = compression === undefined ? payload : compress(key, payload, compression);
    if (keyring === undefined) return compressed;
    return whenReady(compressed, (content) => keyring.protect(key, content));
  }

  #unpack(key: string, payload: unknown): Awaitable<unknown> {
    if (payload === undefined) return undefined;
    const { keyring } = this.#packing;
    return expandPayload(key, keyring === undefined ? payload : keyring.reveal(key, payload));
  }

  #unpackEach(keys: readonly string[], payloads: readonly unknown[]): Awaitable<readonly unknown[]> {
    return all(payloads.map((payload, at) => this.#unpack(keys[at] as string, payload)));
  }

  /** Does what `touch` does where the expiry is in the payload, and nobody but the keyring can change it. */
  async #protectAnew(keyring: Keyring, key: string, ttlMs: number | null): Promise<boolean> {
    const payload = await this.#backend.peek(key);
    if (payload === undefined) return false;
    const revealed = keyring.reveal(key, payload);
    const leftMs = payloadTtlMs(revealed);
    if (revealed === UNREADABLE || (leftMs !== null && leftMs <= 0)) return false;
    await this.#backend.set(key, keyring.protect(key, withTtlMs(key, revealed, ttlMs)), ttlMs);
    return true;
  }
}

function all<T>(results: readonly Awaitable<T>[]): Awaitable<readonly T[]> {
  return results.some(isThenable) ? Promise.all(results) : (results as readonly T[]);
}
