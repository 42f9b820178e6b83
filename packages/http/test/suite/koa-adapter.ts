import { Readable } from "node:stream";
import Koa from "koa";
import * as names from "../../src/koa/index.js";
import { piecesOf, type SuiteAdapter, type SuiteHandler } from "./adapter.js";
import { listen } from "./listen.js";

/** The entry for Koa. */
export const koaAdapter: SuiteAdapter = {
  name: "Koa",
  names,
  serve(middlewares, handler) {
    const app = new Koa();
    app.silent = true;
    for (const middleware of middlewares) app.use(middleware as Koa.Middleware);
    app.use(koaHandler(handler));
    return listen(app.callback());
  },
  fieldOf: (request, name) => (request as Koa.Context).get(name) || undefined,
};

function koaHandler(handler: SuiteHandler): Koa.Middleware {
  return async (context) => {
    const {
      status = 200,
      headers = [],
      body = "",
    } = await handler({
      method: context.method,
      path: context.originalUrl,
      field: (name) => context.headers[name.toLowerCase()]?.toString(),
    });
    context.status = status;
    context.body = typeof body === "string" ? body : Readable.from(piecesOf(body));
    for (const [name] of headers) context.remove(name);
    for (const [name, value] of headers) context.append(name, value);
  };
}
