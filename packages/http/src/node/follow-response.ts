import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { BodyPlan, End, Exchange } from "../layer.js";
import { hasBody } from "../message/has-body.js";
import type { Answer } from "../message/message.js";
import { statedLength } from "../message/stated-length.js";
import {
  changeHead,
  fieldsOf,
  giveHead,
  type HeaderSnapshot,
  inheritedNames,
  mergeHeaders,
  readHead,
  setReason,
  snapshotOf,
} from "./outgoing-head.js";
import { changeFields } from "./request-fields.js";

type Callback = (error?: Error | null) => void;

/**
 * Follows what a handler writes to `response`, for `exchange`. The handler is to be run after.
 *
 * Where the head is given by `writeHead`, node:http does not send it before the first byte; so it is decided on then,
 * since a body that comes in one piece is known by that time.
 */
export function followResponse(
  message: IncomingMessage,
  response: ServerResponse,
  exchange: Exchange,
  before = snapshotOf(response),
): FollowedResponse {
  return new FollowedResponse(message, response, exchange, before);
}

// The innermost that follows a response.
const FOLLOWED = Symbol("followed");

type Under = Pick<ServerResponse, "writeHead" | "write" | "end" | "flushHeaders">;

type Followable = ServerResponse & { [FOLLOWED]?: FollowedResponse };

// One for all: with a getter of its own, each response would be of a class of its own to the engine, which makes all that
// is done with it many times slower.
const HEADERS_SENT = {
  configurable: true,
  get(this: Followable): boolean {
    return this[FOLLOWED]?.headersSent ?? false;
  },
};

/** A response whose methods are replaced, until it has ended. */
export class FollowedResponse {
  readonly #message: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #exchange: Exchange;
  readonly #before: HeaderSnapshot;
  readonly #restoreFields: (() => void) | undefined;
  /** The methods below, which may be those of a layer outside. */
  readonly #under: Under;
  /** What follows the response for a layer outside. */
  #outer: FollowedResponse | undefined;
  #isHeadGiven = false;
  #isDecided = false;
  #hasEnded = false;
  /** Whether the handler has given all that it gives. */
  #isWhole = false;
  /** Whether what is below is at work on what has been looked at. */
  #isPassing = false;
  /** What is sent in place of the response, until it is. */
  #replacement: Answer | undefined;
  #isReplaced = false;
  #watch: BodyPlan["watch"];
  #through: Duplex | undefined;
  #length = 0;
  /** The length that the handler announced. */
  #stated: number | undefined;

  constructor(
    message: IncomingMessage,
    response: ServerResponse,
    exchange: Exchange,
    before: HeaderSnapshot,
  ) {
    this.#message = message;
    this.#response = response;
    this.#exchange = exchange;
    this.#before = before;
    const { fields } = exchange;
    if (fields !== undefined && fields.size > 0) this.#restoreFields = changeFields(message, fields);
    const { writeHead, write, end, flushHeaders } = response;
    this.#under = { writeHead, write, end, flushHeaders };
    this.#patch();
    response.on("close", () => this.#finish());
  }

  /** Whether the handler has given a head, or somebody has sent one. */
  get headersSent(): boolean {
    if ((this.#isHeadGiven && !this.#isDecided) || this.#isReplaced) return true;
    if (this.#outer !== undefined) return this.#outer.headersSent;
    const prototype: object = Object.getPrototypeOf(this.#response);
    return Reflect.get(prototype, "headersSent", this.#response) as boolean;
  }

  /** Tells that the handler threw; returns whether that is answered. */
  failed(error: unknown): boolean {
    if (this.#isDecided || this.#hasEnded) return false;
    const answer = this.#exchange.failed?.(error);
    if (answer === undefined) return false;
    this.#isDecided = true;
    this.#replace(answer);
    this.#sendReplacement();
    this.#finish("failed");
    return true;
  }

  #patch(): void {
    const response = this.#response;
    const followed = response as Followable;
    this.#outer = followed[FOLLOWED];
    followed[FOLLOWED] = this;
    if (this.#outer === undefined) Object.defineProperty(response, "headersSent", HEADERS_SENT);
    response.writeHead = this.#ownWriteHead;
    response.write = ((...given: unknown[]) => this.#write(given)) as ServerResponse["write"];
    response.end = ((...given: unknown[]) => this.#end(given)) as ServerResponse["end"];
    response.flushHeaders = () => this.#flushHeaders();
  }

  readonly #ownWriteHead = ((...given: Parameters<ServerResponse["writeHead"]>) =>
    this.#writeHead(given)) as ServerResponse["writeHead"];

  #writeHead(given: readonly unknown[]): ServerResponse {
    if (this.#replacement !== undefined) return this.#response;
    // A second one is an error, which node:http knows how to report.
    if (this.#isDecided || this.#isHeadGiven) return this.#call("writeHead", given);
    const [status, second, third] = given;
    const headers = typeof second === "string" ? third : second;
    this.#response.statusCode = status as number;
    if (typeof second === "string") setReason(this.#response, second);
    if (headers !== undefined && headers !== null)
      mergeHeaders(this.#response, headers as OutgoingHttpHeaders);
    this.#isHeadGiven = true;
    return this.#response;
  }

  #flushHeaders(): void {
    this.#decide(undefined);
    if (!this.#isReplaced) this.#call("flushHeaders");
  }

  #write(given: readonly unknown[]): boolean {
    if (this.#isPassing) return this.#pass("write", given);
    const { chunk, encoding, callback } = writeArguments(given);
    this.#decide(undefined);
    this.#look(chunk, encoding);
    if (this.#isReplaced) return dropped(callback);
    if (this.#through !== undefined) return this.#through.write(bytesOf(chunk, encoding), callback);
    return this.#pass("write", given);
  }

  #end(given: readonly unknown[]): ServerResponse {
    const isLate = this.#hasEnded && !this.#isReplaced;
    if (this.#isPassing || isLate) return this.#pass("end", given);
    const { chunk, encoding, callback } = writeArguments(given);
    const isKnown = chunk !== undefined || this.#message.method !== "HEAD";
    const bytes = isKnown ? bytesOf(chunk, encoding) : undefined;
    this.#decide(bytes);
    if (chunk !== undefined) this.#look(bytes, undefined);
    this.#isWhole = true;
    if (this.#isReplaced) {
      this.#sendReplacement();
      dropped(callback);
    } else if (this.#through !== undefined) {
      this.#through.end(bytesOf(chunk, encoding), callback);
    } else {
      this.#pass("end", given);
    }
    this.#finish();
    return this.#response;
  }

  /** Calls a method below. What lies there may call this response's methods in turn, for what has been looked at. */
  #pass<Name extends "write" | "end">(
    name: Name,
    given: readonly unknown[],
  ): ReturnType<ServerResponse[Name]> {
    const wasPassing = this.#isPassing;
    this.#isPassing = true;
    try {
      return this.#call(name, given);
    } finally {
      this.#isPassing = wasPassing;
    }
  }

  #call<Name extends keyof Under>(name: Name, given: readonly unknown[] = []): ReturnType<Under[Name]> {
    return Reflect.apply(this.#under[name], this.#response, given);
  }

  /** Lets the exchange decide on the head, once. */
  #decide(whole: Uint8Array | undefined): void {
    if (this.#isDecided || this.#hasEnded) return;
    this.#askInside();
    this.#isDecided = true;
    const { status, reason, headers } = readHead(this.#response);
    const before = { status, reason, lines: headers.lines() };
    if (hasBody(this.#message.method, status)) this.#stated = statedLength(headers);
    const sent = { status, reason, headers, inherited: inheritedNames(headers, this.#before) };
    const plan = this.#exchange.head?.(sent, { whole });
    this.#watch = plan?.watch;
    if (plan?.replace !== undefined) {
      this.#replace(plan.replace);
      if (plan.watch === undefined) this.#sendReplacement();
      return;
    }
    changeHead(this.#response, sent, before);
    if (plan?.transform !== undefined && hasBody(this.#message.method, sent.status))
      this.#send(plan.transform());
  }

  /** Lets those between the layer and the handler who wait for `writeHead` add to the head, as sessions do, once. */
  #askInside(): void {
    const { writeHead, statusCode } = this.#response;
    if (writeHead === this.#ownWriteHead) return;
    if (!this.#isHeadGiven) writeHead.call(this.#response, statusCode);
    this.#response.writeHead = this.#ownWriteHead;
  }

  #replace(answer: Answer): void {
    this.#replacement = answer;
    this.#isReplaced = true;
    for (const name of this.#response.getHeaderNames()) {
      if (this.#before.get(name) !== String(this.#response.getHeader(name)))
        this.#response.removeHeader(name);
    }
    if (answer.body === null) this.#response.removeHeader("content-length");
  }

  /** Sends what replaces the response, when nothing more is to be learnt of it: what is piped stops when it has ended. */
  #sendReplacement(): void {
    const answer = this.#replacement;
    if (answer === undefined) return;
    this.#replacement = undefined;
    giveHead(this.#response, answer, this.#under.writeHead);
    const { body } = answer;
    this.#call("end", body === null || this.#message.method === "HEAD" ? [] : [body]);
  }

  /** Sends the body through a stream. */
  #send(through: Duplex): void {
    this.#through = through;
    const response = this.#response;
    // The first piece may take its time, and those outside are to know the head by then.
    this.#call("writeHead", [response.statusCode]);
    through.on("data", (piece: Uint8Array) => {
      if (!this.#call("write", [piece])) through.pause();
    });
    response.on("drain", () => through.resume());
    through.on("drain", () => response.emit("drain"));
    through.on("end", () => this.#call("end"));
    through.on("error", (error) => response.destroy(error));
    response.once("close", () => through.destroy());
  }

  #look(chunk: unknown, encoding: BufferEncoding | undefined): void {
    if (this.#watch === undefined && this.#stated === undefined) return;
    const bytes = bytesOf(chunk, encoding);
    this.#length += bytes.length;
    if (this.#watch === undefined || this.#watch(bytes)) return;
    this.#watch = undefined;
    this.#sendReplacement();
  }

  #finish(end = this.#howItEnded()): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#restoreFields?.();
    this.#exchange.sent?.(fieldsOf(this.#response));
    this.#exchange.ended(end);
  }

  #howItEnded(): End {
    if (!this.#isWhole) return "aborted";
    return this.#stated === undefined || this.#stated === this.#length ? "complete" : "short";
  }
}

function writeArguments(given: readonly unknown[]): {
  readonly chunk: unknown;
  readonly encoding: BufferEncoding | undefined;
  readonly callback: Callback | undefined;
} {
  const callback = given.find((argument) => typeof argument === "function") as Callback | undefined;
  const [chunk, encoding] = given;
  const isChunk = typeof chunk !== "function" && chunk !== null;
  return {
    chunk: isChunk ? chunk : undefined,
    encoding: typeof encoding === "string" ? (encoding as BufferEncoding) : undefined,
    callback,
  };
}

function bytesOf(chunk: unknown, encoding: BufferEncoding | undefined): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  return typeof chunk === "string" ? Buffer.from(chunk, encoding) : Buffer.alloc(0);
}

/** Does as if something had been written. */
function dropped(callback: Callback | undefined): true {
  if (callback !== undefined) process.nextTick(callback);
  return true;
}
