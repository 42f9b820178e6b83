import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context, MiddlewareHandler } from "hono";
import type { Layer, Run } from "../layer.js";
import { isRefreshOf, repeater } from "../node/again.js";
import { followResponse } from "../node/follow-response.js";
import { type FollowedRun, followWeb } from "../web/follow-web.js";
import { webRequest, withFields } from "../web/web-request.js";
import { toResponse } from "../web/web-response.js";

/** Returns the middleware that `layer` is in Hono. */
export function toMiddleware(layer: Layer): MiddlewareHandler {
  return async (context, next) => {
    const request = context.req.raw;
    const { method } = request;
    const turn = await layer.begin(webRequest(request, context), runOf(context, layer));
    if (turn === undefined) return next();
    // The fields that middleware outside has set, which Hono gives to each response that is made by the context.
    const before = context.newResponse(null).headers;
    if ("answer" in turn) return send(context, toResponse(method, turn.answer, before));
    const { exchange } = turn;
    const { fields } = exchange;
    const handler = async () => {
      if (fields !== undefined && fields.size > 0) context.req.raw = withFields(request, fields);
      await next();
      context.req.raw = request;
      return context.res;
    };
    const run = { method, before, handler, hold: holderOf(context), sentFields: sentFieldsOf(context) };
    send(context, await followWeb(exchange, run));
  };
}

/** Makes `response` the one that is sent. Hono would mix the fields of the one before into it. */
function send(context: Context, response: Response): void {
  context.res = undefined;
  context.res = response;
}

/** Only the server of Node, of those that Hono runs on, can be given a request once more. */
function runOf(context: Context, layer: Layer): Run {
  const { incoming } = nodeOf(context);
  if (incoming === undefined) return { isRefresh: false, again: undefined };
  return { isRefresh: isRefreshOf(incoming, layer), again: repeater(incoming, layer) };
}

/** Returns what tells the fields that were sent, with all that middleware outside has added; only Node can. */
function sentFieldsOf(context: Context): FollowedRun["sentFields"] {
  const { incoming, outgoing } = nodeOf(context);
  if (incoming === undefined || outgoing === undefined) return undefined;
  return () =>
    new Promise((resolve) => {
      followResponse(incoming, outgoing, { sent: resolve, ended: () => undefined });
    });
}

/** Returns the messages of node:http that are behind a request; none on other hosts. */
function nodeOf({ env }: Context): {
  readonly incoming?: IncomingMessage;
  readonly outgoing?: ServerResponse;
} {
  return env ?? {};
}

function holderOf(context: Context): (work: Promise<void>) => void {
  return (work) => {
    try {
      context.executionCtx.waitUntil(work);
    } catch {
      // Node has no such context, and needs none.
    }
  };
}
