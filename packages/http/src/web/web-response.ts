import type { SentHead } from "../layer.js";
import { hasBody } from "../message/has-body.js";
import { HeaderList } from "../message/header-list.js";
import type { Answer, ResponseHead } from "../message/message.js";

type ResponseBody = NonNullable<ConstructorParameters<typeof Response>[0]>;

/**
 * Returns the response that sends `answer`.
 *
 * @param before fields that were set before the layer began, and are sent too where the answer does not have them.
 */
export function toResponse(method: string, answer: Answer, before?: Headers): Response {
  const headers = new Headers(before);
  for (const [name] of answer.headers) headers.delete(name);
  for (const [name, value] of answer.headers) headers.append(name, value);
  const { body } = answer;
  // An empty body is none: servers give what is no more than empty a Content-Type.
  return makeResponse(method, answer, headers, body?.length === 0 ? null : (body as ResponseBody | null));
}

/** Returns a response with the head as it is now. */
export function withHead(
  method: string,
  head: ResponseHead,
  body: ReadableStream<Uint8Array> | Uint8Array | null,
): Response {
  const headers = new Headers();
  for (const [name, value] of head.headers) headers.append(name, value);
  return makeResponse(method, head, headers, body as ResponseBody | null);
}

/** Returns the head of `response`, as the layers see it. */
export function headOf(response: Response, before: Headers | undefined): SentHead {
  const { status, statusText, headers } = response;
  const inherited = new Set<string>();
  for (const [name] of before ?? []) if (before?.get(name) === headers.get(name)) inherited.add(name);
  return { status, reason: statusText, headers: new HeaderList(headers), inherited };
}

function makeResponse(
  method: string,
  head: ResponseHead,
  headers: Headers,
  body: ResponseBody | null,
): Response {
  const { status, reason } = head;
  return new Response(hasBody(method, status) ? body : null, { status, statusText: reason, headers });
}
