import { CacheControl } from "../fields/cache-control.js";
import type { BodyPlan, GivenBody, Layer } from "../layer.js";
import type { RequestData, ResponseHead } from "../message/message.js";
import { judge } from "./answers.js";
import { entityTagOf } from "./entity-tag-of.js";

/**
 * Answers a GET or HEAD with 304 or 412 where its conditions say so, after the handler has run: it saves the way to the
 * client, not the work. Gives a page that has no ETag one made of its bytes, if they are given in one piece.
 */
export function conditionalGetLayer(): Layer {
  return {
    name: "conditionalGet",
    begin(request) {
      if (request.method !== "GET" && request.method !== "HEAD") return undefined;
      return { exchange: { head: (head, body) => answer(request, head, body), ended: () => undefined } };
    },
  };
}

function answer(request: RequestData, head: ResponseHead, { whole }: GivenBody): BodyPlan | undefined {
  if (request.method === "GET" && whole !== undefined && mayBeTagged(head, whole))
    head.headers.set("ETag", entityTagOf(whole));
  const replace = judge(request, head);
  return replace && { replace };
}

function mayBeTagged({ status, headers }: ResponseHead, body: Uint8Array): boolean {
  if (status !== 200 || body.length === 0 || headers.has("ETag")) return false;
  return !CacheControl.parse(headers.get("Cache-Control")).has("no-store");
}
