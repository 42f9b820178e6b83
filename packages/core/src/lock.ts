import { checkOptions, type KeyOptions } from "./call-options.js";
import { describe } from "./describe.js";
import { ArgumentError } from "./errors.js";
import type { Lease } from "./lease.js";
import { durationMs, type Timeout, windowMs } from "./timeout.js";

const DEFAULT_TIMEOUT = 30;
const LOCK_OPTIONS: readonly string[] = ["timeout", "wait", "renew", "version"];

/** What `lock` may be told. */
export interface LockOptions extends KeyOptions {
  /** The longest that the lock is held, and after which another may have it whose holder died. @default 30 */
  timeout?: Exclude<Timeout, null>;
  /** The longest to wait for the lock where another holds it; `null` for ever. @default 0 */
  wait?: Timeout;
  /** Whether `timeout` begins anew, again and again, for as long as the lock is held and the process lives. @default false */
  renew?: boolean;
}

/** What `lock` is told, with every field filled. */
export interface LockTerms {
  readonly ttlMs: number;
  readonly waitMs: number | null;
  readonly renewed: boolean;
}

/**
 * A lock that is held: by nobody else, in any process that uses the store, until it is released or its time is over.
 *
 * A process that stood still for longer than the lock's time may learn only afterwards that it lost it. What must not
 * be done by two at once even then needs a store of its own that knows the order of the locks.
 */
export class CacheLock implements AsyncDisposable {
  /** The key, as the user wrote it. */
  readonly key: string;
  readonly #lease: Lease;

  /** @internal Made by `cache.lock`. */
  constructor(key: string, lease: Lease) {
    this.key = key;
    this.#lease = lease;
  }

  /** What tells this holder from all others. */
  get token(): string {
    return this.#lease.token;
  }

  /** Whether the lock's time is not over, by this process's clock. */
  get isHeld(): boolean {
    return this.#lease.isHeld;
  }

  /** Aborted when the lock is released, lost, or its time is over. */
  get signal(): AbortSignal {
    return this.#lease.signal;
  }

  /** Lets the lock's time, or the one given, begin anew: `false` where it is lost already. */
  async renew(timeout?: Exclude<Timeout, null>): Promise<boolean> {
    return this.#lease.renew(timeout === undefined ? undefined : durationMs(timeout, "timeout"));
  }

  /**
   * Lets others have the lock: `true` where it was still held. Never releases what has become another's. It is not renewed
   * by itself from then on, so that others have it in its time where the store could not be told.
   *
   * @throws BackendError where the store said no or is not there.
   */
  release(): Promise<boolean> {
    return this.#lease.release();
  }

  /** Releases the lock; where the store cannot be told, its time runs out. What the block threw is not hidden by that. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lease.letGo();
  }
}

/**
 * Returns what `options` ask for.
 *
 * @throws TypeError naming the option and what came.
 */
export function lockTerms(options: LockOptions = {}): LockTerms {
  checkOptions(options, LOCK_OPTIONS, "an object");
  const { timeout = DEFAULT_TIMEOUT, wait = 0, renew = false } = options;
  if (typeof renew !== "boolean")
    throw new ArgumentError(`renew must be true or false; got ${describe(renew)}`);
  return {
    ttlMs: durationMs(timeout, "timeout"),
    waitMs: wait === null ? null : windowMs(wait, "wait"),
    renewed: renew,
  };
}
