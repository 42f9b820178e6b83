import { acceptedCodings } from "../fields/accept-encoding.js";
import type { HeaderReader } from "../message/header-list.js";

/**
 * Returns what a request has in the field `name`, as keys take it; `undefined` where it is absent. What says the same in
 * other words is one value, so that one visitor's spelling is not another's miss (RFC 9111 §4.1).
 */
export function fieldValue(
  { headers }: { readonly headers: HeaderReader },
  name: string,
): string | undefined {
  const value = headers.get(name);
  if (name === "accept-encoding") return acceptedCodings(value);
  if (value === null) return undefined;
  const trimmed = value.replace(/[ \t]*,[ \t]*/g, ",").trim();
  return name === "accept-language" ? trimmed.toLowerCase().replace(/[ \t]*;[ \t]*/g, ";") : trimmed;
}
