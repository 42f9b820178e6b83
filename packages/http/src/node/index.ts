import type { IncomingMessage } from "node:http";
import { middlewaresBy } from "../layers.js";
import { type NodeMiddleware, toMiddleware } from "./middleware.js";

export * from "../common.js";
export type { NodeHandler, NodeMiddleware } from "./middleware.js";

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
} = middlewaresBy<IncomingMessage, NodeMiddleware>(toMiddleware);
