import { getRequestListener } from "@hono/node-server";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import * as names from "../../src/hono/index.js";
import type { SuiteAdapter } from "./adapter.js";
import { listen } from "./listen.js";
import { toResponse } from "./to-response.js";

/** The entry for Hono, on Node. */
export const honoAdapter: SuiteAdapter = {
  name: "Hono",
  names,
  serve(middlewares, handler) {
    const app = new Hono();
    for (const middleware of middlewares) app.use(middleware as MiddlewareHandler);
    app.all("*", async (context) => {
      const { pathname, search } = new URL(context.req.url);
      return toResponse(
        await handler({
          method: context.req.method,
          path: pathname + search,
          field: (name) => context.req.header(name),
        }),
      );
    });
    return listen(getRequestListener(app.fetch));
  },
  fieldOf: (request, name) => (request as Context).req.header(name),
};
