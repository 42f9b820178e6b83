import type { ChangeListener, Stop } from "@cullet/core";
import type { Keeper, Reader, Server } from "./server.js";
import type { SubscriptionListener } from "./subscription.js";

/** Keys that one server answers for. */
export interface Share<S> {
  readonly server: S;
  readonly keys: readonly string[];
}

/** The servers of one store, and which of them to ask for a key. */
export interface Servers {
  /** Returns the server that keeps `key`: for writes, and for what must be as new as they are. */
  keeper(key: string): Keeper;
  /** Returns a server that may be asked for the value of `key`. */
  reader(key: string): Reader;
  /** Says which server keeps which of `keys`. */
  keepers(keys: readonly string[]): Share<Keeper>[];
  /** Says which server may be asked for which of `keys`. */
  readers(keys: readonly string[]): Share<Reader>[];
  /** Returns all servers that keep keys, each with its own share of them. */
  all(): Promise<readonly Server[]>;
  /** Notes that keys are written which nobody names. */
  noteWriteOfAll(): void;
  /** Has all servers that keep keys tell what changes at those that begin with `prefix`. */
  watch(prefix: string, listener: ChangeListener): Stop;
  /** Listens to what is published on a channel. A cluster has none that would outlast each of its nodes. */
  subscribe?(channel: string, listener: SubscriptionListener): Stop;
  /** Reaches the servers now, or fails fast. */
  connect(): Promise<void>;
  /** Releases the connections. Idempotent. */
  close(): void;
}
