import type { CreateOptions, NamedCacheConfig } from "@cullet/core";

/** Where a store is, in words that another process understands: what its `createCache` is given. */
interface Place {
  readonly config: string | NamedCacheConfig;
  readonly from: CreateOptions["from"];
}

/** What a process of the suite does when it is told to. */
export interface Tasks {
  /** Makes a cache over the store, in place of the one before. */
  open(place: Place): Promise<void>;
  set(key: string, value: unknown, timeout?: number | null): Promise<void>;
  get(key: string): Promise<unknown>;
  delete(key: string): Promise<boolean>;
  clear(): Promise<void>;
  clearAll(): Promise<void>;
  /** Adds one to the counter, so many times. */
  incrOften(key: string, times: number): Promise<void>;
  /** Tries to add the key, so many times, and returns how often it was told that it did. */
  addOften(key: string, times: number): Promise<number>;
  /** Stores long runs of one letter under `key`, one after another. */
  writeRuns(key: string, times: number): Promise<void>;
  /** Reads `key` so many times, and returns what was no run of one letter. */
  findTorn(key: string, times: number): Promise<string[]>;
  /** Closes the cache and waits for nothing more, so that the process can end. */
  leave(): Promise<void>;
}
