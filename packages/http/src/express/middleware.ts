import type { Request, Response } from "express";
import type { Layer } from "../layer.js";
import { type Next, pass } from "../node/middleware.js";
import type { RequestOrigin } from "../node/node-request.js";

/** What the functions that users write are given. */
export interface ExpressRequest extends Request {}

/** A middleware of Express, which leaves to each route the types of its parameters. */
export type ExpressMiddleware = (request: object, response: object, next: Next) => void;

/** Returns the middleware that `layer` is in Express. */
export function toMiddleware(layer: Layer): ExpressMiddleware {
  return (given, response, next) => {
    const request = given as Request;
    pass(layer, request, response as Response, next, originOf(request));
  };
}

/** Express looks through the proxies that an application trusts; where it trusts none, the message itself says all. */
function originOf(request: Request): RequestOrigin {
  const { originalUrl: target } = request;
  if (request.app.disabled("trust proxy")) return { target, source: request };
  const { protocol, host } = request;
  return { scheme: protocol === "https" ? "https" : "http", host, target, source: request };
}
