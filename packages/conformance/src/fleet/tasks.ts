import type {
  CacheConfig,
  CreateOptions,
  GetOrSetOptions,
  LockOptions,
  NamedCacheConfig,
  TaggedOptions,
} from "@cullet/core";

/** A cache over the store that the fleet shares, and where its processes note what they do. */
interface Berth {
  readonly config: NamedCacheConfig;
  readonly from: CreateOptions["from"];
  /** The path of the `Log`. */
  readonly log: string;
}

/** How a function makes a value. It notes `run`, when, and at its end `made`. */
export interface Making {
  readonly value: string;
  readonly takesMs: number;
}

/** What is to be done with a lock, how often, and at which time of them to die by SIGKILL while it is held. */
interface Holding extends LockOptions {
  readonly times: number;
  readonly holdMs: number;
  readonly dieAt?: number;
}

/** What a process of a fleet does when it is told to. */
export interface FleetTasks {
  /** Makes a cache over the store, in place of the one before. */
  open(berth: Berth): Promise<void>;
  /** Drops all that the store holds. */
  clearAll(): Promise<void>;
  set(key: string, value: unknown, options?: TaggedOptions): Promise<void>;
  setMany(entries: Readonly<Record<string, unknown>>, options: TaggedOptions): Promise<string[]>;
  get(key: string): Promise<unknown>;
  getMany(keys: readonly string[]): Promise<Map<string, unknown>>;
  delete(key: string): Promise<boolean>;
  invalidateTags(tags: readonly string[]): Promise<void>;
  /** Adds one to a counter, by so many calls at once. */
  count(key: string, times: number): Promise<void>;
  /** How many payloads could not be decoded. */
  undecodable(): Promise<number>;
  /** Asks `getOrSet` for a key, by so many calls at once, and returns the different values that came. */
  ask(key: string, times: number, making: Making, options: GetOrSetOptions): Promise<unknown[]>;
  /** Takes a lock, and keeps it; `false` where it could not be had. */
  lock(key: string, options: LockOptions): Promise<boolean>;
  /** Releases the lock taken last, and returns whether it was held until then. */
  release(): Promise<boolean>;
  /** Takes and releases a lock again and again, and notes `held`, and `left` where it was held all the time. */
  hold(key: string, holding: Holding): Promise<void>;
  /** For so long, makes an entry with a tag of what the entry `source` says at that time. */
  derive(key: string, source: string, tag: string, forMs: number): Promise<void>;
  /**
   * For so long, changes the entry `source` and invalidates the tag; returns how often the derived entry was there then,
   * and the values that were made of an older source.
   */
  change(key: string, source: string, tag: string, forMs: number): Promise<{ hits: number; old: unknown[] }>;
  /** Closes the cache, so that the process can end by itself. */
  leave(): Promise<void>;
}

/** What a fleet's caches differ in from the configuration that was given. */
export type Settings = Pick<CacheConfig, "compression" | "secret">;
