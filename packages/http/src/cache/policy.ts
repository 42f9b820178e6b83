import type { Awaitable } from "@cullet/core";
import type { Entry, EntryTimes } from "../entry/entry.js";
import type { SentHead } from "../layer.js";
import type { RequestData } from "../message/message.js";

/** The rules of one kind of cache: Django's, or those of RFC 9111. What all caches do alike is in `CacheLayer`. */
export interface CachePolicy {
  /** Says why the cache stays out of a GET or HEAD; `undefined` where it does not. */
  bypass(request: RequestData): Awaitable<string | undefined>;
  /** Whether `entry` may be served to who asks at all, if it is good enough. */
  isFor(request: RequestData, entry: Entry): boolean;
  /** Returns what `entry` is good for, for this request. */
  standing(request: RequestData, entry: Entry, now: number): Standing;
  /** Whether who asks wants nothing but what is stored. */
  wantsOnlyStored(request: RequestData): boolean;
  /** Whether `entry` may stand in for a handler that failed. */
  mayStandIn(entry: Entry, now: number): boolean;
  /** Decides on a response to GET, and may patch its head. */
  decide(request: RequestData, head: SentHead, moments: Moments): Storage;
}

/**
 * What an entry is good for: `fresh`, to be served; `behind`, to be served and refreshed; `stale`, to be validated first.
 */
export type Standing = "fresh" | "behind" | "stale";

/** When a request was passed on, and when its response's head came, in milliseconds since 1970. */
export interface Moments {
  readonly requestedAt: number;
  readonly receivedAt: number;
}

/** Whether and how a response is stored. */
export type Storage = Refused | Stored;

/** A response that is not stored, and why: a word. */
interface Refused {
  readonly isStored: false;
  readonly reason: string;
}

/** A response that is stored, and how. */
export interface Stored {
  readonly isStored: true;
  readonly times: EntryTimes;
  /** The fields of requests, in lower case, that it varies on. */
  readonly names: readonly string[];
  /** Fields, in lower case, that are not stored. */
  readonly left: readonly string[];
  readonly tags: readonly string[];
  /** How long it is kept, in milliseconds, also past its lifetime; `null` for ever. */
  readonly ttlMs: number | null;
}
