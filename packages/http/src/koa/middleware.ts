import type { Context, Middleware } from "koa";
import type { Layer } from "../layer.js";
import { bufferOf } from "../message/buffer-of.js";
import { hasBody } from "../message/has-body.js";
import type { Answer } from "../message/message.js";
import { followResponse } from "../node/follow-response.js";
import { begin } from "../node/middleware.js";
import type { RequestOrigin } from "../node/node-request.js";

/** Returns the middleware that `layer` is in Koa. */
export function toMiddleware(layer: Layer): Middleware {
  return async (context, next) => {
    const turn = await begin(layer, context.req, originOf(context));
    if (turn === undefined) return next();
    if ("answer" in turn) return giveAnswer(context, turn.answer);
    const followed = followResponse(context.req, context.res, turn.exchange);
    try {
      await next();
    } catch (error) {
      if (!followed.failed(error)) throw error;
      // It has been answered, below Koa.
      context.respond = false;
    }
  };
}

/** Gives `answer` to Koa, so that middleware outside can add to it as to any other. */
function giveAnswer(context: Context, { status, reason, headers, body }: Answer): void {
  // The body first, since Koa takes the status of a response without one for 204.
  context.body = body === null || !hasBody(context.method, status) ? null : bufferOf(body);
  context.status = status;
  if (reason !== "") context.message = reason;
  // Koa has guessed it from the body.
  context.remove("Content-Type");
  for (const [name] of headers) context.remove(name);
  for (const [name, value] of headers) context.append(name, value);
}

/** Koa looks through the proxies that an application trusts. */
function originOf(context: Context): RequestOrigin {
  const { protocol, host, originalUrl } = context;
  return { scheme: protocol === "https" ? "https" : "http", host, target: originalUrl, source: context };
}
