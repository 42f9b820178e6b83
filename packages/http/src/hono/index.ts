import type { Context, MiddlewareHandler } from "hono";
import { middlewaresBy } from "../layers.js";
import { toMiddleware } from "./middleware.js";

export * from "../common.js";

export const {
  cacheSite,
  cachePage,
  httpCache,
  cacheControl,
  neverCache,
  varyOnHeaders,
  varyOnCookie,
  conditionalGet,
  condition,
  compress,
} = middlewaresBy<Context, MiddlewareHandler>(toMiddleware);
