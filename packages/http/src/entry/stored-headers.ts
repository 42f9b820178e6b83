import { listMembers } from "../fields/field-list.js";
import { formatHttpDate } from "../fields/http-date.js";
import { HeaderList } from "../message/header-list.js";

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
  const stored = new HeaderList();
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (!NEVER_STORED.has(lower) && !unwanted.has(lower) && !inherited.has(lower)) stored.append(name, value);
  }
  return stored;
}

/** Adds the `Date` that the server would add when it sends the head, which a hit is to have too. */
export function fillDate(headers: HeaderList, now: number): void {
  if (!headers.has("date")) headers.append("Date", formatHttpDate(now));
}
