import type { HeaderList } from "../message/header-list.js";

/** How a cache came to its answer (RFC 9211). */
export interface CacheReport {
  readonly hit?: boolean;
  /** Why the request went on: §2.2. */
  readonly forward?: "bypass" | "method" | "uri-miss" | "vary-miss" | "miss" | "request" | "stale";
  /** What the handler answered with, where that is not what the client got: §2.3. */
  readonly forwardStatus?: number;
  /** What is left of the lifetime, in whole seconds; below zero where it is over: §2.4. */
  readonly ttl?: number;
  readonly stored?: boolean;
  readonly collapsed?: boolean;
}

/** Appends what the cache called `name` did to the list that caches before it may have begun. */
export function appendCacheStatus(headers: HeaderList, name: string, report: CacheReport): void {
  const { hit, forward, forwardStatus, ttl, stored, collapsed } = report;
  let member = name;
  if (hit) member += "; hit";
  if (forward !== undefined) member += `; fwd=${forward}`;
  if (forwardStatus !== undefined) member += `; fwd-status=${forwardStatus}`;
  if (ttl !== undefined) member += `; ttl=${ttl}`;
  if (stored) member += "; stored";
  if (collapsed) member += "; collapsed";
  const before = headers.get("cache-status");
  if (before === null) headers.append("Cache-Status", member);
  else headers.set("Cache-Status", before === "" ? member : `${before}, ${member}`);
}
