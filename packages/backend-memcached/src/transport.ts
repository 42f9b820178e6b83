import type { Payload } from "@cullet/core";

/** An entry as it was read. */
export interface Entry {
  readonly payload: Payload;
  /** What of its time to live the store knows, in milliseconds: of a counter, whose payload tells nothing. */
  readonly counterTtlMs: number | null | undefined;
  /** What it is stored over by, unless somebody else was quicker. */
  readonly cas: Buffer;
}

/** An entry to be stored. */
export interface NewEntry {
  readonly key: string;
  readonly payload: Payload;
  readonly ttlMs: number | null;
}

/** What is to be added to a counter: to this very state of it, where `cas` is given. */
export interface Addition {
  readonly key: string;
  readonly delta: number;
  readonly cas?: Buffer;
}

/** What came of counting: the sum, which is no safe integer where it left them, and the state that has it. */
export type Sum =
  | { readonly sum: number; readonly cas: Buffer }
  /** There is no entry; it is no counter; it is another than `cas` stands for. */
  | "missing"
  | "not a number"
  | "changed";

/**
 * One connection to one server, in whichever of memcached's protocols. It carries out what it is asked in that order, and
 * ends all that waits when it breaks. Errors are a `MemcachedFailure`.
 */
export interface Transport {
  readonly isOpen: boolean;
  get(key: string): Promise<Payload | undefined>;
  /** Does what `get` does for many keys, in one round trip; a missing key is missing from the result. */
  getMany(keys: readonly string[]): Promise<Map<string, Payload>>;
  /** Reads an entry that is to be stored over. */
  read(key: string): Promise<Entry | undefined>;
  set(entry: NewEntry): Promise<void>;
  /** Stores over the entry that `cas` stands for: `false` where that is no longer there. */
  replace(entry: NewEntry, cas: Buffer): Promise<boolean>;
  /** Stores where nothing is: `false` where something was. */
  add(entry: NewEntry): Promise<boolean>;
  delete(key: string): Promise<boolean>;
  /** Counts, and leaves the expiry as it is. */
  count(addition: Addition): Promise<Sum>;
  /** Drops all that the server holds. */
  flush(): Promise<void>;
  /** Asks for an answer, and nothing else. */
  noop(): Promise<void>;
  close(): void;
}
