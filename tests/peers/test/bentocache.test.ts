import type { Cache } from "@cullet/core";
import { registerCacheDriverTestSuite } from "bentocache/test_suite";
import { afterAll, afterEach, assert, beforeAll, describe, it } from "vitest";
import { backends } from "./backends.js";

/** What bentocache asks of a driver, in the words of a cache: its timeouts are milliseconds, and none is for ever. */
class BentoCacheDriver {
  readonly #cache: Cache;
  readonly #prefix: string;

  constructor(cache: Cache, prefix = "") {
    this.#cache = cache;
    this.#prefix = prefix;
  }

  namespace(name: string): BentoCacheDriver {
    return new BentoCacheDriver(this.#cache, `${this.#prefix}${name}:`);
  }

  get(key: string): Promise<string | undefined> {
    return this.#cache.get<string>(this.#prefix + key);
  }

  async pull(key: string): Promise<string | undefined> {
    const value = await this.get(key);
    await this.delete(key);
    return value;
  }

  async set(key: string, value: string, ttl?: number): Promise<boolean> {
    await this.#cache.set(this.#prefix + key, value, ttl === undefined ? null : ttl / 1_000);
    return true;
  }

  delete(key: string): Promise<boolean> {
    return this.#cache.delete(this.#prefix + key);
  }

  async deleteMany(keys: readonly string[]): Promise<boolean> {
    await this.#cache.deleteMany(keys.map((key) => this.#prefix + key));
    return true;
  }

  async clear(): Promise<void> {
    if (this.#prefix === "") await this.#cache.clear();
    else await this.#cache.deletePattern(`${this.#prefix}*`);
  }

  disconnect(): Promise<void> {
    return this.#cache.close();
  }
}

type Suite = Parameters<typeof registerCacheDriverTestSuite>[0];

/** Stands in for the test runner that the suite was written for. */
function runner() {
  const group = {
    setup(begin: () => Promise<() => Promise<void>>) {
      let end = async () => {};
      beforeAll(async () => {
        end = await begin();
      });
      afterAll(() => end());
    },
    // It only takes off the runner's limit of time, which no test here comes near.
    tap() {},
    each: { teardown: (end: () => Promise<void>) => afterEach(end) },
  };
  const test = (name: string, body: (context: object) => Promise<void>) => {
    it(name, async ({ onTestFinished }) => {
      await body({ assert, cleanup: onTestFinished });
    });
  };
  return { group, test } as unknown as Pick<Suite, "group" | "test">;
}

for (const { name, open } of backends) {
  describe(`bentocache over ${name}`, () => {
    registerCacheDriverTestSuite({
      ...runner(),
      config: {},
      createDriver: ({ prefix = "" }: { prefix?: string } = {}) =>
        new BentoCacheDriver(open("bentocache", { keyPrefix: prefix })),
    } as unknown as Suite);
  });
}
