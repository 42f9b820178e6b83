import { type BackendFeatures, BaseBackend, baseFeatures, KeyNotFoundError, quote } from "@cullet/core";

/** Keeps nothing, so that every read is a miss: for development, and as the page a new backend begins from. */
export class DummyBackend extends BaseBackend {
  override readonly features: BackendFeatures = {
    ...baseFeatures,
    keeps: false,
    atomic: true,
    expiry: "store",
    counters: true,
    lists: true,
    bounded: true,
  };

  get(_key: string): undefined {
    return undefined;
  }

  set(): void {}

  delete(): boolean {
    return false;
  }

  clear(): void {}

  override async incr(key: string): Promise<never> {
    throw new KeyNotFoundError(`incr needs an entry at ${quote(key)}; there is none`);
  }

  override async ttl(): Promise<undefined> {
    return undefined;
  }

  override async *keys(): AsyncGenerator<string, void, undefined> {}
}
