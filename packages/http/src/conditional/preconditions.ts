import { parseEntityTags, strongMatch, weakMatch } from "../fields/entity-tag.js";
import { parseHttpDate } from "../fields/http-date.js";
import type { HeaderReader } from "../message/header-list.js";
import type { Validators } from "./validators.js";

/** What a conditional request is about. */
export interface ConditionalRequest {
  readonly method: string;
  readonly headers: HeaderReader;
}

/** What the conditions of a request come to: an answer as if there were none, a 304, or a 412. */
export type Outcome = "proceed" | "not-modified" | "failed";

/** The fields, in lower case, that ask for less than the whole page: what a cache that fetches one has to hide. */
export const CONDITIONAL_FIELDS: readonly string[] = [
  "if-match",
  "if-none-match",
  "if-modified-since",
  "if-unmodified-since",
  "if-range",
  "range",
];

/** Whether a request asks for less than the whole page. */
export function isConditional({ headers }: Pick<ConditionalRequest, "headers">): boolean {
  return CONDITIONAL_FIELDS.some((name) => headers.has(name));
}

/**
 * Judges the conditions of a request by the resource's present state, in the order of RFC 9110 §13.2.2. What has no
 * well-formed tag or date is no condition. To be asked only where the answer without conditions would be a 2xx.
 *
 * As in Django, `If-Unmodified-Since` fails where nothing tells when the resource changed: who asks to be stopped is.
 */
export function evaluatePreconditions({ method, headers }: ConditionalRequest, current: Validators): Outcome {
  const ifMatch = tagsOf(headers, "If-Match");
  const isUpToDate =
    ifMatch === undefined ? isUnmodified(headers, current) : matchesAny(ifMatch, current, strongMatch);
  if (!isUpToDate) return "failed";
  const isRead = method === "GET" || method === "HEAD";
  const ifNoneMatch = tagsOf(headers, "If-None-Match");
  if (ifNoneMatch === undefined) return isRead && isUnchanged(headers, current) ? "not-modified" : "proceed";
  if (!matchesAny(ifNoneMatch, current, weakMatch)) return "proceed";
  return isRead ? "not-modified" : "failed";
}

/**
 * Whether the Range of a request may be heeded: it has no If-Range, or one that names this very state (RFC 9110 §13.1.5).
 * A date names it only where the resource had not changed for a second when it was sent.
 */
export function ifRangeMatches(
  { headers }: Pick<ConditionalRequest, "headers">,
  current: Validators,
): boolean {
  const condition = headers.get("If-Range");
  if (condition === null) return true;
  const { etag, lastModified, date } = current;
  if (etag !== undefined && strongMatch(condition, etag)) return true;
  if (lastModified === undefined || date === undefined) return false;
  return parseHttpDate(condition) === wholeSecond(lastModified) && date - lastModified >= 1_000;
}

type Tags = "*" | readonly string[];

function tagsOf(headers: HeaderReader, name: "If-Match" | "If-None-Match"): Tags | undefined {
  const tags = parseEntityTags(headers.get(name) ?? "");
  return tags.length === 0 ? undefined : tags;
}

function matchesAny(
  tags: Tags,
  current: Validators,
  match: (one: string, other: string) => boolean,
): boolean {
  const { etag, lastModified, exists = etag !== undefined || lastModified !== undefined } = current;
  if (tags === "*") return exists;
  return etag !== undefined && tags.some((tag) => match(tag, etag));
}

function isUnmodified(headers: HeaderReader, { lastModified }: Validators): boolean {
  const since = parseHttpDate(headers.get("If-Unmodified-Since"));
  return since === undefined || (lastModified !== undefined && wholeSecond(lastModified) <= since);
}

function isUnchanged(headers: HeaderReader, { lastModified }: Validators): boolean {
  const since = parseHttpDate(headers.get("If-Modified-Since"));
  return since !== undefined && lastModified !== undefined && wholeSecond(lastModified) <= since;
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}
