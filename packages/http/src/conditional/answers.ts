import { HeaderList } from "../message/header-list.js";
import type { Answer, ResponseHead } from "../message/message.js";
import { type ConditionalRequest, evaluatePreconditions, isConditional } from "./preconditions.js";
import { type Validators, validatorsOf } from "./validators.js";

// RFC 9110 §15.4.5, what Django keeps, and what a cache says of itself. The rest describes a body that is not sent.
const KEPT: ReadonlySet<string> = new Set([
  "age",
  "cache-control",
  "cache-status",
  "cdn-cache-control",
  "content-location",
  "date",
  "etag",
  "expires",
  "last-modified",
  "set-cookie",
  "vary",
]);

/**
 * Returns the 304 or 412 that the conditions of a request make of a response with this head; `undefined` where it is sent
 * as it is, as all are that are no 2xx (RFC 9110 §13.2.1).
 */
export function judge(
  request: ConditionalRequest,
  { status, headers }: ResponseHead,
  validators?: Validators,
): Answer | undefined {
  if (status < 200 || status > 299 || !isConditional(request)) return undefined;
  switch (evaluatePreconditions(request, validators ?? validatorsOf(headers))) {
    case "not-modified":
      return notModified(headers);
    case "failed":
      return preconditionFailed();
    case "proceed":
      return undefined;
  }
}

/** Returns the 304 that stands for a response with these fields. */
export function notModified(headers: HeaderList): Answer {
  const kept = Array.from(headers).filter(([name]) => KEPT.has(name.toLowerCase()));
  return { status: 304, reason: "", headers: new HeaderList(kept), body: null };
}

/** Returns the answer to a request whose conditions do not hold. */
export function preconditionFailed(): Answer {
  return { status: 412, reason: "", headers: new HeaderList([["Content-Length", "0"]]), body: null };
}
