import { BaseBackend } from "@cullet/core";

/** Keeps entries in a Map: the four methods that a backend must have, and no more. */
export class MyBackend extends BaseBackend {
  #entries = new Map();

  get(key) {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.expiresAt > Date.now() ? entry.payload : undefined;
  }

  set(key, payload, ttlMs) {
    this.#entries.set(key, { payload, expiresAt: ttlMs === null ? Infinity : Date.now() + ttlMs });
  }

  delete(key) {
    const wasLive = this.get(key) !== undefined;
    this.#entries.delete(key);
    return wasLive;
  }

  clear(prefix) {
    for (const key of this.#entries.keys()) {
      if (key.startsWith(prefix)) this.#entries.delete(key);
    }
  }
}

/** Makes the backend of a cache: `location` and `options` of its configuration are in what it is given. */
export default () => new MyBackend();
