/**
 * What a backend and its store can do, where they differ. Users read it to choose, the conformance suite to know what
 * to ask for, and core to know what to add.
 */
export interface BackendFeatures {
  /** Whether it keeps entries at all. */
  readonly keeps: boolean;
  /** Whether several processes with the same location see the same entries. */
  readonly shared: boolean;
  /**
   * Whether `add`, `touch` and `incr` are atomic for all who use the store. Where they are not, core makes them atomic
   * within one process, by running the writes of one key one after another.
   */
  readonly atomic: boolean;
  /**
   * Who knows when an entry expires. `"store"`: the backend's `ttl` reports it. `"payload"`: core writes it into the
   * payload, to be read back from there.
   */
  readonly expiry: "store" | "payload";
  /** Whether an integer payload is kept as one, and counted with, by the backend's own `incr`. */
  readonly counters: boolean;
  /** Whether `keys` lists what is stored. */
  readonly lists: boolean;
  /** Whether `clear` with a prefix leaves the keys of others alone. */
  readonly clearsPrefix: boolean;
  /** Whether it holds at most `maxEntries`. */
  readonly culls: boolean;
  /** Whether only memcached's keys will do: at most 250 bytes, without spaces and control characters. */
  readonly portableKeysOnly: boolean;
  /**
   * What a payload is. `"bytes"`: bytes or an integer, for a store outside the process. In this process's memory,
   * `"copies"`: a snapshot that no caller can change; `"references"`: the very value that was given.
   */
  readonly payloads: "bytes" | "copies" | "references";
  /** Whether each call ends by itself within `operationTimeoutMs`. Where not, core ends it for who waits. */
  readonly bounded: boolean;
}

/** What a backend of the four required methods is taken to do. */
export const baseFeatures: BackendFeatures = {
  keeps: true,
  shared: false,
  atomic: false,
  expiry: "payload",
  counters: false,
  lists: false,
  clearsPrefix: true,
  culls: false,
  portableKeysOnly: false,
  payloads: "bytes",
  bounded: false,
};
