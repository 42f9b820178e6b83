import { type Duplex, pipeline, Readable } from "node:stream";
import type { ReadableStream as NodeReadableStream, UnderlyingSource } from "node:stream/web";
import type { BodyPlan, End, Exchange } from "../layer.js";
import { hasBody } from "../message/has-body.js";
import type { LineReader } from "../message/header-list.js";
import { statedLength } from "../message/stated-length.js";
import { type Pieces, takeBody } from "./given-body.js";
import { headOf, toResponse, withHead } from "./web-response.js";

/** A handler's run that is followed. */
export interface FollowedRun {
  readonly method: string;
  /** The response's fields that were set before the layer began, where a framework has such. */
  readonly before?: Headers;
  readonly handler: () => Promise<Response>;
  /**
   * Called before the handler runs. Resolves with the fields as they were sent, where a framework can tell: middleware outside
   * may have added to them.
   */
  readonly sentFields?: () => Promise<LineReader>;
  /** Told of what goes on when the response has been sent. */
  readonly hold: (work: Promise<void>) => void;
}

/** Runs a handler and follows its response for `exchange`; returns the one to be sent. */
export async function followWeb(exchange: Exchange, run: FollowedRun): Promise<Response> {
  const { method, before, handler } = run;
  const end = endOf(exchange, run);
  let response: Response;
  try {
    response = await handler();
  } catch (error) {
    const answer = exchange.failed?.(error);
    end("failed");
    if (answer === undefined) throw error;
    return toResponse(method, answer, before);
  }
  if (isOpaque(response)) {
    end("aborted");
    return response;
  }
  return follow(response, exchange, run, end);
}

type Ended = (end: End) => void;

/** What is followed of a body that passes. */
interface Following {
  readonly watch: BodyPlan["watch"];
  /** What the head says of the length. */
  readonly stated: number | undefined;
  readonly end: Ended;
}

async function follow(
  response: Response,
  exchange: Exchange,
  { method, before, hold }: FollowedRun,
  end: Ended,
): Promise<Response> {
  const taken = await takeBody(response);
  const head = headOf(response, before);
  const stated = hasBody(method, head.status) ? statedLength(head.headers) : undefined;
  const whole = "whole" in taken && (response.body !== null || method !== "HEAD") ? taken.whole : undefined;
  const { watch, replace, transform } = exchange.head?.(head, { whole }) ?? {};
  const following: Following = { watch, stated, end };
  const sendsBody = replace === undefined && hasBody(method, head.status);
  const body =
    "whole" in taken
      ? passWhole(taken.whole, following)
      : passPieces(taken.pieces, following, sendsBody, hold);
  if (replace !== undefined) return toResponse(method, replace, inheritedOf(before, head.inherited));
  if (!sendsBody) return withHead(method, head, null);
  if (transform !== undefined) return withHead(method, head, sendThrough(body, transform()));
  return withHead(method, head, response.body === null ? null : body);
}

function passWhole(whole: Uint8Array, { watch, stated, end }: Following): Uint8Array {
  if (whole.length > 0) watch?.(whole);
  end(stated === undefined || stated === whole.length ? "complete" : "short");
  return whole;
}

function passPieces(
  pieces: Pieces,
  following: Following,
  sendsBody: boolean,
  hold: FollowedRun["hold"],
): ReadableStream<Uint8Array> {
  const stream = followPieces(pieces, following);
  if (sendsBody) return stream;
  // Nobody reads what is not sent, so it is read to its end here, or not at all.
  hold(following.watch === undefined ? stream.cancel() : readToEnd(stream));
  return stream;
}

/** Returns a stream of `pieces` that reads no more than is asked of it. */
function followPieces(pieces: Pieces, { watch, stated, end }: Following): ReadableStream<Uint8Array> {
  let length = 0;
  let watching = watch;
  const source: UnderlyingSource<Uint8Array> = {
    async pull(controller) {
      try {
        const { done, value } = await pieces.next();
        if (done) {
          end(stated === undefined || stated === length ? "complete" : "short");
          controller.close();
          return;
        }
        length += value.length;
        if (watching?.(value) === false) watching = undefined;
        controller.enqueue(value);
      } catch (error) {
        end("failed");
        controller.error(error);
      }
    },
    cancel(reason) {
      end("aborted");
      return pieces.cancel(reason);
    },
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}

function sendThrough(
  body: Uint8Array | ReadableStream<Uint8Array>,
  through: Duplex,
): ReadableStream<Uint8Array> {
  if (body instanceof Uint8Array) through.end(body);
  else {
    // Whoever reads the result is told of what went wrong.
    pipeline(Readable.fromWeb(body as NodeReadableStream<Uint8Array>), through, () => {});
  }
  return Readable.toWeb(through) as ReadableStream<Uint8Array>;
}

async function readToEnd(stream: ReadableStream<Uint8Array>): Promise<void> {
  const reader = stream.getReader();
  try {
    while (!(await reader.read()).done);
  } catch {
    // The exchange has been told.
  }
}

/** Returns what tells `exchange` of the end, once. */
function endOf(exchange: Exchange, { hold, sentFields }: FollowedRun): Ended {
  const sending = exchange.sent && sentFields?.();
  let hasEnded = false;
  return (end) => {
    if (hasEnded) return;
    hasEnded = true;
    const isToBeSent = end === "complete" && sending !== undefined;
    const work = isToBeSent ? endWhenSent(exchange, sending) : exchange.ended(end);
    if (work !== undefined) hold(work);
  };
}

async function endWhenSent(exchange: Exchange, sending: Promise<LineReader>): Promise<void> {
  exchange.sent?.(await sending);
  await exchange.ended("complete");
}

/** Whether there is nothing to follow: an upgrade, a network error, or a body that somebody else reads. */
function isOpaque({ status, body, bodyUsed }: Response): boolean {
  return status < 200 || bodyUsed || body?.locked === true;
}

function inheritedOf(before: Headers | undefined, names: ReadonlySet<string>): Headers | undefined {
  if (before === undefined) return undefined;
  return new Headers(Array.from(before).filter(([name]) => names.has(name)));
}
