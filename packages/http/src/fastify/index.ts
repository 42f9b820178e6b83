import { middlewaresBy } from "../layers.js";
import { type FastifyMiddleware, type HandledRequest, toMiddleware } from "./middleware.js";

export * from "../common.js";
export type { FastifyMiddleware, HandledRequest } from "./middleware.js";

// A site's cache begins with the request. All else begins right before the handler, so that who may see a page is decided
// before the page is found in a cache; and in the order in which it is registered.
export const { cacheSite } = middlewaresBy<HandledRequest, FastifyMiddleware<"onRequest">>((layer) =>
  toMiddleware(layer, "onRequest"),
);

export const {
  cachePage,
  httpCache,
  cacheControl,
  neverCache,
  varyOnHeaders,
  varyOnCookie,
  conditionalGet,
  condition,
  compress,
} = middlewaresBy<HandledRequest, FastifyMiddleware>((layer) => toMiddleware(layer, "preHandler"));
