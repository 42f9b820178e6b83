import { listMembers } from "../fields/field-list.js";
import { formatHttpDate } from "../fields/http-date.js";
import type { HeaderList } from "../message/header-list.js";

// RFC 9110 §7.6.1 and RFC 9111 §3.1: these are about one connection, or one proxy. Age is reckoned anew for each use.
const NEVER_STORED = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "proxy-authenticate",
  "proxy-authentication-info",
  "proxy-authorization",
  "age",
]);

/** Returns the fields of a response that are stored: without those named, and what is about the connection. */
export function storedHeaders(
  headers: HeaderList,
  left: Iterable<string>,
  inherited: ReadonlySet<string>,
): HeaderList {
  const unwanted = new Set(left);
  for (const name of listMembers(headers.get("connection"))) unwanted.add(name.toLowerCase());
  return headers.without((name) => NEVER_STORED.has(name) || unwanted.has(name) || inherited.has(name));
}

/** Adds the `Date` that the server would add when it sends the head, which a hit is to have too. */
export function fillDate(headers: HeaderList, now: number): void {
  if (!headers.has("date")) headers.append("Date", formatHttpDate(now));
}
