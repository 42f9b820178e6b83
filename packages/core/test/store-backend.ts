import type { Payload } from "../src/backend/base-backend.js";
import { type BackendFeatures, baseFeatures } from "../src/backend/features.js";
import { now } from "../src/clock.js";
import { addDelta } from "../src/counter.js";
import { MapBackend } from "./map-backend.js";

/** A store outside the process, over a Map: it counts, and knows when an entry expires. */
export class StoreBackend extends MapBackend {
  override readonly features: BackendFeatures = {
    ...baseFeatures,
    atomic: true,
    expiry: "store",
    counters: true,
  };

  override async add(key: string, payload: Payload, ttlMs: number | null): Promise<boolean> {
    const isFree = !this.#isLive(key);
    if (isFree) await this.set(key, payload, ttlMs);
    return isFree;
  }

  override async touch(key: string, ttlMs: number | null): Promise<boolean> {
    const entry = this.entries.get(key);
    if (entry === undefined || !this.#isLive(key)) return false;
    entry.expires = now() + (ttlMs ?? Number.POSITIVE_INFINITY);
    return true;
  }

  override async incr(key: string, delta: number): Promise<number> {
    const entry = this.entries.get(key);
    const sum = addDelta(key, entry?.payload, delta);
    if (entry !== undefined) entry.payload = sum;
    return sum;
  }

  override async ttl(key: string): Promise<number | null | undefined> {
    if (!this.#isLive(key)) return undefined;
    const leftMs = (this.entries.get(key)?.expires ?? 0) - now();
    return leftMs === Number.POSITIVE_INFINITY ? null : leftMs;
  }

  #isLive(key: string): boolean {
    return (this.entries.get(key)?.expires ?? 0) > now();
  }
}
