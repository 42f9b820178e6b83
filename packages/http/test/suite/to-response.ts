import { Readable } from "node:stream";
import { type HandlerResponse, piecesOf } from "./adapter.js";

/** What a response can be made of. */
export type ResponseBody = ConstructorParameters<typeof Response>[0];

/** Makes a `Response` of what a handler of the suite answers. */
export function toResponse({ status = 200, headers = [], body = "" }: HandlerResponse): Response {
  const fields = new Headers();
  for (const [name, value] of headers) fields.append(name, value);
  return new Response(status === 204 || status === 304 ? null : sourceOf(body), { status, headers: fields });
}

function sourceOf(body: NonNullable<HandlerResponse["body"]>): ResponseBody {
  return typeof body === "string" ? body : (Readable.toWeb(Readable.from(piecesOf(body))) as ResponseBody);
}
