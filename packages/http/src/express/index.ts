import { middlewaresBy } from "../layers.js";
import { type ExpressMiddleware, type ExpressRequest, toMiddleware } from "./middleware.js";

export * from "../common.js";
export type { ExpressMiddleware, ExpressRequest } from "./middleware.js";

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
} = middlewaresBy<ExpressRequest, ExpressMiddleware>(toMiddleware);
