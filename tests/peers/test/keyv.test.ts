import type { Cache } from "@cullet/core";
import keyvTestSuite, { keyvIteratorTests } from "@keyv/test-suite";
import Keyv, { type KeyvStoreAdapter } from "keyv";
import * as vitest from "vitest";
import { backends } from "./backends.js";

/** What Keyv asks of a store, in the words of a cache: its timeouts are milliseconds, and none is for ever. */
class KeyvCache implements KeyvStoreAdapter {
  // Keyv iterates over stores of the dialects that it knows, and over no others.
  readonly opts = { dialect: "redis" };
  namespace?: string;
  readonly #cache: Cache;

  constructor(cache: Cache) {
    this.#cache = cache;
  }

  // Keyv keeps neither listeners nor the order of its own.
  on(): this {
    return this;
  }

  get<T>(key: string): Promise<T | undefined> {
    return this.#cache.get<T>(key);
  }

  async set(key: string, value: unknown, ttl?: number): Promise<void> {
    await this.#cache.set(key, value, ttl === undefined ? null : ttl / 1_000);
  }

  has(key: string): Promise<boolean> {
    return this.#cache.has(key);
  }

  delete(key: string): Promise<boolean> {
    return this.#cache.delete(key);
  }

  async clear(): Promise<void> {
    await this.#cache.deletePattern(this.#all);
  }

  async *iterator<T>(): AsyncGenerator<(string | Awaited<T> | undefined)[], void> {
    for await (const key of this.#cache.keys(this.#all)) yield [key, await this.#cache.get<Awaited<T>>(key)];
  }

  get #all(): string {
    return this.namespace === undefined ? "*" : `${this.namespace}:*`;
  }
}

for (const { name, open } of backends) {
  vitest.describe(`Keyv over ${name}`, () => {
    const store = () => new KeyvCache(open("keyv"));
    keyvTestSuite(vitest, Keyv, store);
    keyvIteratorTests(vitest, Keyv, store);
  });
}
