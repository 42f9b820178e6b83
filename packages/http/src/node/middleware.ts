import type { IncomingMessage, ServerResponse } from "node:http";
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
  // What goes wrong behind `next` is for those behind it to report: it must not be called again for that.
  begin(layer, message, origin).then((turn) => follow(turn, message, response, next), next);
}

/** Returns `handler` behind `layer`. It rejects with what the handler threw, unless the layer answered that. */
function behind(layer: Layer, handler: NodeHandler) {
  return (request: IncomingMessage, response: ServerResponse): Promise<void> =>
    begin(layer, request).then((turn) => follow(turn, request, response, () => handler(request, response)));
}

function follow(
  turn: Turn,
  message: IncomingMessage,
  response: ServerResponse,
  proceed: () => unknown,
): void | Promise<void> {
  if (turn !== undefined && "answer" in turn) return sendAnswer(message, response, turn.answer);
  return watch(turn?.exchange, message, response, proceed);
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

/** Asks `layer` what to do with a request. */
export function begin(
  layer: Layer,
  message: IncomingMessage,
  origin: RequestOrigin = NO_ORIGIN,
): Promise<Turn> {
  try {
    const turn = layer.begin(nodeRequest(message, origin), new NodeRun(layer, message, origin));
    return turn instanceof Promise ? turn : Promise.resolve(turn);
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
