import { hasVaryHeader } from "../headers/vary.js";
import type { HeaderReader } from "../message/header-list.js";
import type { RequestData, ResponseHead } from "../message/message.js";

// Some servers route by these, in place of the URL and the method; others answer with a part of the page, or its data alone.
const UNKEYED_FIELDS = [
  "x-original-url",
  "x-rewrite-url",
  "x-http-method",
  "x-http-method-override",
  "x-method-override",
  "rsc",
  "next-router-state-tree",
  "next-router-prefetch",
  "next-router-segment-prefetch",
  "x-nextjs-data",
  "hx-request",
  "turbo-frame",
  "x-requested-with",
];

/**
 * Says what there is in a request that a handler can see, and a key does not hold: caches stay out of it then, since one
 * such answer, stored, would be everybody's.
 */
export function bypassReason({ headers }: RequestData): string | undefined {
  if (hasContent(headers)) return "content";
  return UNKEYED_FIELDS.find((name) => headers.has(name));
}

/** Whether a response lets the origin read it that asked, and does not say that it varies on who asks. */
export function isReflected(request: RequestData, { headers }: ResponseHead): boolean {
  const origin = request.headers.get("origin");
  return (
    origin !== null &&
    headers.get("access-control-allow-origin") === origin &&
    !hasVaryHeader(headers, "Origin")
  );
}

// RFC 9112 §6.3: a request has content where one of these says so.
function hasContent(headers: HeaderReader): boolean {
  const length = headers.get("content-length");
  return headers.has("transfer-encoding") || (length !== null && length !== "0");
}
