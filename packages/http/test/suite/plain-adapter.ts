import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import * as names from "../../src/index.js";
import type { SuiteAdapter, SuiteHandler } from "./adapter.js";
import { listen } from "./listen.js";
import { type ResponseBody, toResponse } from "./to-response.js";

/** The entry for Request and Response, behind the smallest server that makes and sends them. */
export const plainAdapter: SuiteAdapter = {
  name: "Request and Response",
  names,
  serve(middlewares, handler) {
    const behind = (middlewares as readonly names.Wrapper[]).reduceRight<names.WebHandler>(
      (inner, wrapper) => wrapper(inner),
      webHandler(handler),
    );
    return listen((message, response) => {
      Promise.resolve(message)
        .then((asked) => behind(toRequest(asked)))
        .then((answer) => sendResponse(answer, response))
        .catch((error: Error) => response.destroy(error));
    });
  },
  fieldOf: (request, name) => (request as Request).headers.get(name) ?? undefined,
};

function webHandler(handler: SuiteHandler): names.WebHandler {
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    return toResponse(
      await handler({
        method: request.method,
        path: pathname + search,
        field: (name) => request.headers.get(name) ?? undefined,
      }),
    );
  };
}

function toRequest(message: IncomingMessage): Request {
  const headers = new Headers();
  for (let at = 0; at < message.rawHeaders.length; at += 2)
    headers.append(message.rawHeaders[at] ?? "", message.rawHeaders[at + 1] ?? "");
  const hasBody = message.method !== "GET" && message.method !== "HEAD";
  return new Request(`http://${message.headers.host}${message.url}`, {
    method: message.method,
    headers,
    ...(hasBody && { body: Readable.toWeb(message) as ResponseBody, duplex: "half" }),
  });
}

async function sendResponse(answer: Response, response: ServerResponse): Promise<void> {
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) response.appendHeader(name, value);
  if (answer.body === null) response.end();
  else await pipeline(Readable.fromWeb(answer.body as ReadableStream), response);
}
