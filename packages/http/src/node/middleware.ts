import type { IncomingMessage, ServerResponse } from "node:http";
import type { Awaitable } from "@cullet/core";
import type { Exchange, Layer, Run, Turn } from "../layer.js";
import { isRefreshOf, repeater } from "./again.js";
import { followResponse } from "./follow-response.js";
import { nodeRequest, type RequestOrigin, targetOf } from "./node-request.js";
import { sendAnswer } from "./send-answer.js";

/** Passes a request on, or says what went wrong. */
export type Next = (error?: unknown) => void;

/** What answers a request of node:http. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A middleware as Connect has them; given a handler alone, it returns that handler behind it. */
export interface NodeMiddleware {
  (request: IncomingMessage, response: ServerResponse, next: Next): void;
  (handler: NodeHandler): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

/** Returns the middleware that `layer` is on node:http. */
export function toMiddleware(layer: Layer): NodeMiddleware {
  const middleware = (
    request: IncomingMessage | NodeHandler,
    response?: ServerResponse,
    next: Next = () => {},
  ): unknown => {
    if (typeof request === "function") return behind(layer, request);
    pass(layer, request, response as ServerResponse, next);
    return undefined;
  };
  return middleware as NodeMiddleware;
}

/** Lets `layer` answer, or calls `next` under its eyes, or with what went wrong in the layer. */
export function pass(
  layer: Layer,
  message: IncomingMessage,
  response: ServerResponse,
  next: Next,
  origin?: RequestOrigin,
): void {
  const turn = begin(layer, message, origin);
  if (!(turn instanceof Promise)) follow(turn, message, response, next);
  // What goes wrong behind `next` is for those behind it to report: it must not be called again for that.
  else turn.then((turn) => follow(turn, message, response, next), next);
}

/** Returns `handler` behind `layer`. It rejects with what the handler threw, unless the layer answered that. */
function behind(layer: Layer, handler: NodeHandler) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const turn = begin(layer, request);
    const followed = follow(turn instanceof Promise ? await turn : turn, request, response, () =>
      handler(request, response),
    );
    if (followed !== undefined) await followed;
  };
}

/** Sends an answer, which takes no time, or lets the request proceed. */
function follow(
  turn: Turn,
  message: IncomingMessage,
  response: ServerResponse,
  proceed: () => unknown,
): Promise<void> | undefined {
  if (turn === undefined || "exchange" in turn) return watch(turn?.exchange, message, response, proceed);
  sendAnswer(message, response, turn.answer);
  return undefined;
}

async function watch(
  exchange: Exchange | undefined,
  message: IncomingMessage,
  response: ServerResponse,
  proceed: () => unknown,
): Promise<void> {
  const followed = exchange && followResponse(message, response, exchange);
  try {
    await proceed();
  } catch (error) {
    if (!followed?.failed(error)) throw error;
  }
}

/** Asks `layer` what to do with a request. It does not throw: it rejects. */
export function begin(
  layer: Layer,
  message: IncomingMessage,
  origin: RequestOrigin = NO_ORIGIN,
): Awaitable<Turn> {
  try {
    return layer.begin(nodeRequest(message, origin), new NodeRun(layer, message, origin));
  } catch (error) {
    return Promise.reject(error);
  }
}

const NO_ORIGIN: RequestOrigin = {};

class NodeRun implements Run {
  readonly #layer: Layer;
  readonly #message: IncomingMessage;
  readonly #origin: RequestOrigin;

  constructor(layer: Layer, message: IncomingMessage, origin: RequestOrigin) {
    this.#layer = layer;
    this.#message = message;
    this.#origin = origin;
  }

  get isRefresh(): boolean {
    return isRefreshOf(this.#message, this.#layer);
  }

  get again(): (() => Promise<void>) | undefined {
    return repeater(this.#message, this.#layer, targetOf(this.#message, this.#origin));
  }
}
