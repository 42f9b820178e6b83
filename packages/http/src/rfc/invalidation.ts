import { type Cache, CulletError } from "@cullet/core";
import { originOf } from "../entry/keys.js";
import { purgeUrl } from "../entry/page-store.js";
import type { Exchange, SentHead } from "../layer.js";
import type { RequestData } from "../message/message.js";
import { invalidatedTags } from "./groups.js";

// RFC 9110 §9.2.1. What is not known may change something.
const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

/** Whether a request may change what its URL answers. */
export function isUnsafe(method: string): boolean {
  return !SAFE_METHODS.has(method);
}

/**
 * Follows an unsafe request: where it succeeds, the entries of its URL, and of those that its answer names on the same
 * origin, are misses from then on (RFC 9111 §4.4), and so are the groups it names (RFC 9875 §3).
 */
export function invalidationOf(cache: Cache, request: RequestData): Exchange {
  let done: Promise<void> | undefined;
  return {
    head(head) {
      // At once, since who learns of the success may ask for the page before the response has ended.
      if (head.status >= 200 && head.status <= 399) done = invalidate(cache, request, head);
      return undefined;
    },
    ended: () => done,
  };
}

async function invalidate(cache: Cache, request: RequestData, head: SentHead): Promise<void> {
  const purges = urlsIn(request, head).map((url) => purgeUrl(cache, url));
  const tags = invalidatedTags(request, head.headers);
  const results = await Promise.allSettled([...purges, cache.invalidateTags(tags)]);
  for (const result of results) {
    if (result.status === "rejected" && !(result.reason instanceof CulletError)) throw result.reason;
  }
}

/** Returns the request's URL, and those of `Location` and `Content-Location` that are of its origin. */
function urlsIn(request: RequestData, { headers }: SentHead): string[] {
  const { url } = request;
  if (url === undefined) return [];
  const named = ["location", "content-location"]
    .map((field) => resolved(headers.get(field), url))
    .filter((other) => other !== undefined && originOf(other) === originOf(url));
  return [...new Set([url, ...(named as string[])])];
}

function resolved(reference: string | null, base: string): string | undefined {
  return reference !== null && URL.canParse(reference, base) ? new URL(reference, base).href : undefined;
}
