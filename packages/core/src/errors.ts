import { inspect } from "node:util";

/** What may be said of an error besides its message. */
export interface CulletErrorOptions {
  /** What went wrong below. */
  cause?: unknown;
}

/** What every error of Cullet is, so that one `catch` can tell them from an application's own. */
export abstract class CulletError extends Error {
  /** A stable name for programs to compare; messages may change between releases. */
  abstract readonly code: string;

  constructor(message: string, { cause }: CulletErrorOptions = {}) {
    super(message);
    // Not listed among the properties, since a driver's error may hold a value or a password.
    if (cause !== undefined)
      Object.defineProperty(this, "cause", { value: cause, configurable: true, writable: true });
  }

  override get name(): string {
    return this.constructor.name;
  }

  // Of the cause, only the message is safe to print.
  [inspect.custom](): string {
    const { cause } = this;
    const because = cause instanceof Error ? `\n  caused by ${cause.name}: ${cause.message}` : "";
    return `${this.stack ?? `${this.name}: ${this.message}`}${because}`;
  }
}

/** Whether `error` is one of Cullet's: by its code too, since a backend may have come with a core of its own. */
export function isCulletError(error: unknown): error is CulletError {
  if (error instanceof CulletError) return true;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && code.startsWith("CULLET_");
}

/** A call with an argument of the wrong type or range: the caller's mistake, a plain `TypeError` to the outside. */
export class ArgumentError extends TypeError {}

/** A configuration that cannot be meant: names the setting and what came instead. */
export class InvalidConfigError extends CulletError {
  override readonly code: string = "CULLET_INVALID_CONFIG";
}

/** A key that no backend, or not this one, can keep. */
export class InvalidKeyError extends CulletError {
  override readonly code: string = "CULLET_INVALID_KEY";
}

/** `incr` or `incrVersion` of a key with no live entry. */
export class KeyNotFoundError extends CulletError {
  override readonly code: string = "CULLET_KEY_NOT_FOUND";
}

/** `incr` of a value that is not an integer, or with a result outside ±(2^53 - 1). The value stays as it was. */
export class NotAnIntegerError extends CulletError {
  override readonly code: string = "CULLET_NOT_AN_INTEGER";
}

/** A value that would not come back equal. Nothing was stored. */
export class SerializationError extends CulletError {
  override readonly code: string = "CULLET_SERIALIZATION";
}

/** An operation that this backend, or this configuration, cannot do. */
export class UnsupportedError extends CulletError {
  override readonly code: string = "CULLET_UNSUPPORTED";
}

/** A function given to `getOrSet` that took longer than its `hardTimeout`. */
export class ComputationTimeoutError extends CulletError {
  override readonly code: string = "CULLET_COMPUTATION_TIMEOUT";
}

/** What may be said of a failure at the store. */
export interface BackendErrorOptions extends CulletErrorOptions {
  /** Whether a write may have happened although it failed. @default false */
  indeterminate?: boolean;
}

/** The store said no, or is not there. */
export class BackendError extends CulletError {
  override readonly code: string = "CULLET_BACKEND";
  /** Whether a write may have happened although it failed. */
  readonly indeterminate: boolean;

  constructor(message: string, { indeterminate = false, ...options }: BackendErrorOptions = {}) {
    super(message, options);
    this.indeterminate = indeterminate;
  }
}

/** The store did not answer in time. */
export class BackendTimeoutError extends BackendError {
  override readonly code: string = "CULLET_BACKEND_TIMEOUT";
}

/** More calls wait for the store already than it is given. */
export class OverloadError extends BackendError {
  override readonly code: string = "CULLET_OVERLOAD";
}

/** The cache was closed before, or during, the call. */
export class ClosedError extends BackendError {
  override readonly code: string = "CULLET_CLOSED";
}
