import { BackendError, BackendTimeoutError, ClosedError, type Failure, OverloadError } from "@cullet/core";

/** The statuses of replies that are told apart. */
export const Status = {
  ok: 0x00,
  missing: 0x01,
  exists: 0x02,
  tooLarge: 0x03,
  notStored: 0x05,
  notANumber: 0x06,
  unauthorized: 0x20,
} as const;

const REASONS: Readonly<Record<number, string>> = {
  [Status.tooLarge]: "the value is over its limit for one item; raise it with memcached's -I, or store less",
  4: "invalid arguments",
  [Status.unauthorized]: "it wants a login, or another one",
  129: "it does not know the command",
  130: "it is out of memory for a value of this size; give it more with memcached's -m",
  131: "it does not support the command",
  132: "an internal error",
  133: "it is busy",
  134: "a temporary failure",
};

/** What went wrong at a server, in words that may be shown. */
export class MemcachedFailure extends Error {
  override readonly name: string = "MemcachedFailure";
  readonly failure: Failure;

  constructor(failure: Failure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}

/** A server that does not take the login: it will not tomorrow either, so it is no outage to sit out. */
export class LoginFailure extends MemcachedFailure {
  override readonly name: string = "LoginFailure";

  constructor(message: string) {
    super("unreachable", `it refused the login: ${message}`);
  }
}

/** Returns the failure that a reply of this status is. */
export function refusal(status: number): MemcachedFailure {
  return new MemcachedFailure("refused", reasonOf(status));
}

/** Says what a reply of this status means. */
export function reasonOf(status: number): string {
  return REASONS[status] ?? `status 0x${status.toString(16).padStart(2, "0")}`;
}

/** Returns what an error of a call says of the server. */
export function failureOf(error: unknown): Failure {
  return error instanceof MemcachedFailure ? error.failure : "lost";
}

/** Whether the server answered that it will not. */
export function wasRefused(error: unknown): boolean {
  return error instanceof MemcachedFailure && error.failure === "refused";
}

/** Whether a connection broke, which says nothing of whether there can be another. */
export function wasLost(error: unknown): boolean {
  return error instanceof MemcachedFailure && error.failure === "lost";
}

/** Whether `error`, of a guard, says that the server was not there to answer. */
export function isOutage(error: unknown): error is BackendError {
  if (!(error instanceof BackendError)) return false;
  if (error instanceof ClosedError || error instanceof OverloadError) return false;
  const { cause } = error;
  return error instanceof BackendTimeoutError || !(wasRefused(cause) || isLoginFailure(cause));
}

// While the server is known to be down, the reason is a cause of the cause.
function isLoginFailure(error: unknown): boolean {
  if (error instanceof LoginFailure) return true;
  return error instanceof BackendError && isLoginFailure(error.cause);
}
