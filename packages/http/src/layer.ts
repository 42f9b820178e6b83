import type { Duplex } from "node:stream";
import type { Awaitable } from "@cullet/core";
import type { LineReader } from "./message/header-list.js";
import type { Answer, RequestData, ResponseHead } from "./message/message.js";

/**
 * One thing that stands between a framework and a handler: a cache, or something that looks after header fields. It is
 * written once, on plain data, and each adapter makes its framework's middleware of it.
 *
 * Layers nest as middleware does. The outermost begins first, and sees last what is sent: what an inner layer made of the
 * response is to the outer one what the handler sent.
 *
 * The way in may take time, the way out may not: `begin` is waited for, while all functions of an `Exchange` return at
 * once, so that nothing that a handler writes is ever held back for a layer.
 */
export interface Layer {
  /** What users call it: `cachePage`. */
  readonly name: string;
  /**
   * Decides on a request, before its handler runs: `undefined` has the handler run as if there were no layer. It does not
   * throw for what a store does; what it throws is a fault of the user's functions, for the framework to report.
   */
  begin(request: RequestData, run: Run): Awaitable<Turn>;
}

/** What a layer makes of a request: its own answer, by which the handler does not run; an exchange to follow; or nothing. */
export type Turn = { readonly answer: Answer } | { readonly exchange: Exchange } | undefined;

/** What an adapter can tell, and do, about the request at hand. */
export interface Run {
  /** Whether this is the run that this very layer asked for by `again`: its response goes to nobody. */
  readonly isRefresh: boolean;
  /**
   * Runs the request once more, without its body and with nobody waiting for the response: this layer's `begin` is called
   * with `isRefresh`, then the handler. Resolves when the response has ended, and does not reject. It outlives the request
   * it was asked for. `undefined` where a framework cannot.
   */
  readonly again: (() => Promise<void>) | undefined;
}

/** A request that went on to the handler, followed to its end. The functions are called in the order in which they stand. */
export interface Exchange {
  /**
   * Fields that the handler, and the layers inside, are to see with another value; `null` hides one. Names are in lower
   * case. The adapter puts them back when the response has ended.
   */
  readonly fields?: ReadonlyMap<string, string | null>;

  /**
   * Told the response's head once, at the moment it would be sent, with all that the handler and the layers inside have made
   * of it. May change it in place.
   */
  head?(head: SentHead, body: GivenBody): BodyPlan | undefined;

  /**
   * Told that the handler threw before there was a head, where the adapter can know. An answer is sent in place of the
   * framework's error page.
   */
  failed?(error: unknown): Answer | undefined;

  /**
   * Told the fields as they went out, where the adapter can know: with what middleware outside has added as they did, which
   * the layer cannot change any more.
   */
  sent?(fields: LineReader): void;

  /**
   * Told of the end, exactly once, and last. Returns what is still to be done for the response (it is being stored), for
   * hosts that would end the process before; the client does not wait for it, and it does not reject.
   */
  ended(end: End): Promise<void> | undefined;
}

/** A head that is about to be sent. */
export interface SentHead extends ResponseHead {
  /**
   * The names, in lower case, of fields that stood there before the layer began and have the same value still: whatever set
   * them will do so on a hit too. They count for what may be stored, but are not stored.
   */
  readonly inherited: ReadonlySet<string>;
}

/** What is known of a body when its head is sent. */
export interface GivenBody {
  /** All of it, where the handler gave it in one piece; `undefined` where it comes bit by bit. Not to be changed. */
  readonly whole: Uint8Array | undefined;
}

/** What is to become of a body. Nothing, where `head` returns nothing: it passes. */
export interface BodyPlan {
  /** Sent in place of the response. The handler's body is dropped as it comes, though still watched. */
  readonly replace?: Answer;
  /**
   * Given each piece of the handler's body as it passes. Keeps no reference to it, since handlers use their buffers again.
   * Returns whether it wants to see more.
   */
  readonly watch?: (piece: Uint8Array) => boolean;
  /** Makes the stream that the body, also a whole one, is sent through. It gets the pieces that are also watched. */
  readonly transform?: () => Duplex;
}

/**
 * How a response ended:
 * - `complete`: the handler gave all of it. Whether the client was still there does not matter.
 * - `short`: it gave less, or more, than the `Content-Length` in its head.
 * - `aborted`: it had not given all of it when the connection, or the process's interest, was gone.
 * - `failed`: it threw, or its stream did.
 */
export type End = "complete" | "short" | "aborted" | "failed";
