import express from "express";
import * as names from "../../src/express/index.js";
import { piecesOf, type SuiteAdapter, type SuiteHandler } from "./adapter.js";
import { listen } from "./listen.js";

/** The entry for Express. */
export const expressAdapter: SuiteAdapter = {
  name: "Express",
  names,
  serve(middlewares, handler) {
    const app = express().disable("x-powered-by").disable("etag");
    for (const middleware of middlewares) app.use(middleware as names.ExpressMiddleware);
    app.use(expressHandler(handler));
    return listen(app);
  },
  fieldOf: (request, name) => (request as express.Request).get(name),
};

function expressHandler(handler: SuiteHandler): express.RequestHandler {
  return async (request, response) => {
    const {
      status = 200,
      headers = [],
      body = "",
    } = await handler({
      method: request.method,
      path: request.originalUrl,
      field: (name) => request.get(name),
    });
    response.status(status);
    for (const [name, value] of headers) response.append(name, value);
    if (typeof body === "string") {
      // Not by send(), which judges conditions by itself.
      response.end(body);
      return;
    }
    for await (const piece of piecesOf(body)) response.write(piece);
    response.end();
  };
}
