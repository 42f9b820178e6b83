import { negotiateCoding } from "../fields/accept-encoding.js";
import { CacheControl } from "../fields/cache-control.js";
import { weaken } from "../fields/entity-tag.js";
import { patchVaryHeaders } from "../headers/vary.js";
import type { RequestData, ResponseHead } from "../message/message.js";
import type { Encoding } from "./encoding.js";

/** What is to become of a response: whether another request may get it in another coding, and which this one gets. */
export interface CompressionPlan {
  readonly varies: boolean;
  readonly encoding: Encoding | undefined;
}

// What is text, or as good as text. Images, sounds, films, archives and most fonts are compressed already, and events
// are to go out one by one.
const COMPRESSIBLE =
  /^(?:text\/(?!event-stream)|application\/(?:json|javascript|ecmascript|xml|wasm|x-javascript|x-ndjson|x-www-form-urlencoded|graphql|rtf|sql|toml|yaml)\b|image\/(?:svg\+xml|bmp|x-icon|vnd\.microsoft\.icon)\b|font\/(?:otf|ttf)\b|[^;\s]+\+(?:json|xml|text|yaml)\b)/i;

const ALONE: CompressionPlan = { varies: false, encoding: undefined };

/**
 * Decides on the response with this head: left alone are what is coded already, a part of something, short, of a type
 * that would not shrink, or forbidden to be changed.
 *
 * @param length how many bytes the body has, where that is known.
 */
export function planCompression(
  request: RequestData,
  head: ResponseHead,
  length: number | undefined,
  { encodings, threshold }: { encodings: readonly Encoding[]; threshold: number },
): CompressionPlan {
  const encoding = negotiateCoding(request.headers.get("Accept-Encoding"), encodings);
  // Stands for a response that may have been compressed, and tells nothing of it.
  if (head.status === 304) return { varies: true, encoding };
  if (!mayHaveBody(head.status) || head.status === 206 || isShort(head, length, threshold)) return ALONE;
  return isCompressible(head) ? { varies: true, encoding } : ALONE;
}

/** Makes the head say what the body will be. The body of a 304 or of the answer to HEAD is one that is not sent. */
export function patchCompressedHead(
  { status, headers }: ResponseHead,
  { varies, encoding }: CompressionPlan,
): void {
  if (varies) patchVaryHeaders(headers, ["Accept-Encoding"]);
  if (encoding === undefined) return;
  const etag = headers.get("ETag");
  // One tag for two codings is a weak one.
  if (etag !== null) headers.set("ETag", weaken(etag));
  if (status === 304) return;
  headers.set("Content-Encoding", encoding);
  for (const name of ["Content-Length", "Content-Digest", "Content-MD5", "Accept-Ranges"])
    headers.delete(name);
}

function mayHaveBody(status: number): boolean {
  return status >= 200 && status !== 204 && status !== 205;
}

function isShort({ headers }: ResponseHead, length: number | undefined, threshold: number): boolean {
  const told = headers.get("Content-Length");
  const known = length ?? (told === null ? undefined : Number(told));
  return known !== undefined && known < threshold;
}

/** Whether nothing speaks against it. A missing type does not: Django compresses any. */
function isCompressible({ headers }: ResponseHead): boolean {
  if (headers.has("Content-Encoding")) return false;
  const type = headers.get("Content-Type");
  if (type !== null && !COMPRESSIBLE.test(type)) return false;
  return !CacheControl.parse(headers.get("Cache-Control")).has("no-transform");
}
