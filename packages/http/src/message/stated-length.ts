import type { HeaderReader } from "./header-list.js";

/** Returns the length of a body that Content-Length states; `undefined` where it states none. */
export function statedLength(headers: HeaderReader): number | undefined {
  const field = headers.get("content-length");
  return field !== null && /^\d+$/.test(field) ? Number(field) : undefined;
}
