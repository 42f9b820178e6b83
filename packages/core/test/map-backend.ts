import { BaseBackend, type Payload } from "../src/backend/base-backend.js";
import { now } from "../src/clock.js";

/** The four required methods, and nothing else, over a Map. */
export class MapBackend extends BaseBackend {
  readonly entries = new Map<string, { payload: Payload; expires: number }>();

  async get(key: string): Promise<Payload | undefined> {
    const entry = this.entries.get(key);
    return entry !== undefined && entry.expires > now() ? entry.payload : undefined;
  }

  async set(key: string, payload: Payload, ttlMs: number | null): Promise<void> {
    this.entries.set(key, { payload, expires: now() + (ttlMs ?? Number.POSITIVE_INFINITY) });
  }

  async delete(key: string): Promise<boolean> {
    const lived = (await this.get(key)) !== undefined;
    this.entries.delete(key);
    return lived;
  }

  async clear(prefix: string): Promise<void> {
    for (const key of this.entries.keys()) if (key.startsWith(prefix)) this.entries.delete(key);
  }
}

/** Keeps what it was given, whether or not it has expired, and has it at once. */
export class HoardingBackend extends BaseBackend {
  readonly #entries = new Map<string, Payload>();

  get(key: string): Payload | undefined {
    return this.#entries.get(key);
  }

  set(key: string, payload: Payload): void {
    this.#entries.set(key, payload);
  }

  delete(key: string): boolean {
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
