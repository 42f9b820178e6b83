import type { Failure } from "@cullet/core";

/**
 * What a server said no for, where that matters: the table is not there; another transaction was in the way, and the
 * same may succeed now, or was in the way for too long; the statement was too large; its disk is full.
 */
export type Trouble = "no table" | "conflict" | "locked" | "too large" | "full";

/** What went wrong at a server, without the statement and the values that the errors of a driver may hold. */
export class DbFailure extends Error {
  override readonly name: string = "DbFailure";
  readonly failure: Failure;
  readonly trouble: Trouble | undefined;
  /** What the driver or the server calls it. */
  readonly code: string | undefined;
  /** The keys that the same call had stored already, where it took several statements. */
  stored: ReadonlySet<string> = new Set();

  constructor(failure: Failure, message: string, code?: string, trouble?: Trouble) {
    super(message);
    this.failure = failure;
    this.code = code;
    this.trouble = trouble;
  }
}

/** Returns the keys that a call that failed with `error` had stored already. */
export function storedBefore(error: unknown): ReadonlySet<string> {
  if (error instanceof DbFailure) return error.stored;
  return error instanceof Error && error.cause !== undefined ? storedBefore(error.cause) : new Set();
}

/** Whether `error` came of this trouble, itself or as its cause. */
export function isTrouble(error: unknown, trouble: Trouble): boolean {
  if (error instanceof DbFailure) return error.trouble === trouble;
  return error instanceof Error && error.cause !== undefined && isTrouble(error.cause, trouble);
}
