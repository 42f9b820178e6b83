import type { Awaitable } from "../awaitable.js";

/** Whoever is told of what comes over a connection that may break. */
export interface Listening {
  /**
   * From now on all is told; of what was before, any part may have been missed. Called again after each gap, and where a
   * store cannot name what has changed.
   */
  listening(): void;
  /** From now on something may be missed, for `reason`, until `listening` is called again. */
  deaf(reason: Error): void;
}

/** Whoever is told what changes in a store. */
export interface ChangeListener extends Listening {
  /** The entries at these keys were written or dropped, by whomever. Some of them may be none of ours. */
  changed(keys: readonly string[]): void;
}

/** Whoever is told what is said on a bus. */
export interface BusListener extends Listening {
  heard(text: string): void;
}

/** Ends what was begun, and releases what was needed for it alone. Idempotent. */
export type Stop = () => void;

/** Carries short texts between processes: what caches tell each other by where their store tells them nothing. */
export interface Bus {
  /** The longest text it carries, in bytes of UTF-8. */
  readonly maxBytes: number;
  /** Tells `listener` of all that is said from when it calls `listening`, until it is stopped. */
  listen(listener: BusListener): Stop;
  /** Says `text` to all who listen, in any process, this one among them. Rejects where that fails, in good time. */
  publish(text: string): Awaitable<void>;
}
