import type { IncomingMessage, ServerResponse } from "node:http";
import * as names from "../../src/node/index.js";
import { piecesOf, type SuiteAdapter, type SuiteHandler } from "./adapter.js";
import { listen } from "./listen.js";

/** The entry for node:http. */
export const nodeAdapter: SuiteAdapter = {
  name: "node:http",
  names,
  serve(middlewares, handler) {
    const behind = (middlewares as readonly names.NodeMiddleware[]).reduceRight<names.NodeHandler>(
      (inner, middleware) => middleware(inner),
      nodeHandler(handler),
    );
    return listen((request, response) => {
      Promise.resolve(behind(request, response)).catch((error: Error) => response.destroy(error));
    });
  },
  fieldOf: (request, name) => (request as IncomingMessage).headers[name]?.toString(),
};

function nodeHandler(handler: SuiteHandler): names.NodeHandler {
  return async (request: IncomingMessage, response: ServerResponse) => {
    const {
      status = 200,
      headers = [],
      body = "",
    } = await handler({
      method: request.method ?? "GET",
      path: request.url ?? "/",
      field: (name) => request.headers[name.toLowerCase()]?.toString(),
    });
    response.statusCode = status;
    for (const [name, value] of headers) response.appendHeader(name, value);
    if (typeof body === "string") {
      response.end(body);
      return;
    }
    for await (const piece of piecesOf(body)) response.write(piece);
    response.end();
  };
}
