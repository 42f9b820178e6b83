import type { Failure } from "@cullet/core";

// The server takes the connection, and serves nobody.
const NOT_SERVING = /^(LOADING|MASTERDOWN|NOAUTH|WRONGPASS)\b/;
const LOGIN = /^(NOAUTH|WRONGPASS|ERR invalid password|ERR AUTH)\b/;
const FULL = /\bOOM command not allowed\b/;
const NO_INTEGER = /\b(WRONGTYPE|not an integer|would overflow)\b/;

// The name, since each copy of the driver has a class of its own.
const REPLY_ERROR = "ReplyError";

// ioredis has no other mark for what it did not send.
const NO_CONNECTION = /isn't (writeable|ready) and enableOfflineQueue|is ended\./;
const NOT_SENT = new RegExp(`${NO_CONNECTION.source}|ECONNREFUSED`);

/**
 * What went wrong at a server, in words that may be shown: the driver's own errors hold the command with the value, and
 * the password where it was the login that failed.
 */
export class RedisFailure extends Error {
  override readonly name: string = "RedisFailure";
  readonly failure: Failure;

  constructor(failure: Failure, message: string) {
    super(message);
    this.failure = failure;
  }
}

/** Returns what an error of the driver says of the server, without what it holds. */
export function toFailure(error: unknown): RedisFailure {
  if (error instanceof RedisFailure) return error;
  const message = messageOf(error);
  return new RedisFailure(kindOf(error, message), explain(message));
}

/** Says why there is no connection, in words that may be shown. */
export function toUnreachable(error: unknown): RedisFailure {
  return error instanceof RedisFailure ? error : new RedisFailure("unreachable", explain(messageOf(error)));
}

/** Returns what `toFailure` found. */
export function failureOf(error: unknown): Failure {
  return error instanceof RedisFailure ? error.failure : "lost";
}

/** Whether the server has no memory left for what was to be stored. */
export function isFull(error: unknown): boolean {
  return FULL.test(messageOf(error));
}

/** Whether the key holds a list, a hash or another type that is no value of a cache. */
export function isOtherType(error: unknown): boolean {
  return messageOf(error).startsWith("WRONGTYPE ");
}

/** Whether the server does not know the script, which it forgets when it restarts. */
export function isUnknownScript(error: unknown): boolean {
  return messageOf(error).startsWith("NOSCRIPT ");
}

/** Whether a message of the server says that a value cannot be counted with. */
export function isNoInteger(message: string): boolean {
  return NO_INTEGER.test(message);
}

/** Whether the driver says no more than that it has no connection to send on. */
export function saysNoConnection(error: unknown): boolean {
  return NO_CONNECTION.test(messageOf(error));
}

/** Whether the server answered that it will not, so that nothing was done. */
export function wasRefused(error: unknown): boolean {
  return toFailure(error).failure === "refused";
}

/** Returns what the driver makes of an error that is part of a script's reply. */
export function replyError(message: string): Error {
  return Object.assign(new Error(message), { name: REPLY_ERROR });
}

function kindOf(error: unknown, message: string): Failure {
  if (NOT_SERVING.test(message) || NOT_SENT.test(message)) return "unreachable";
  return error instanceof Error && error.name === REPLY_ERROR ? "refused" : "lost";
}

function explain(message: string): string {
  if (LOGIN.test(message)) return `it refused the login: ${message}`;
  if (!FULL.test(message)) return message;
  return `its memory is full; raise maxmemory, or have it evict with maxmemory-policy allkeys-lru (${message})`;
}

function messageOf(error: unknown): string {
  // What Node throws where a name has several addresses, and none answers, has no message of its own.
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join(", ");
  return error instanceof Error ? error.message : String(error);
}
