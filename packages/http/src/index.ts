import { middlewaresBy } from "./layers.js";
import { toWrapper, type Wrapper } from "./web/wrapper.js";

export * from "./common.js";
export type { WebHandler, Wrapper } from "./web/wrapper.js";

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
} = middlewaresBy<Request, Wrapper>(toWrapper);
