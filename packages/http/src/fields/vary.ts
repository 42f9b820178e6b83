import { isToken, listMembers } from "./field-list.js";

/**
 * Returns the names of the request's fields that a response varies on: in lower case, sorted, each once. `undefined`
 * where no later request can match: the list says `*` anywhere, or is not one of names (RFC 9111 §4.1).
 */
export function parseVary(field: string | null): readonly string[] | undefined {
  if (field === null) return [];
  const names = listMembers(field.toLowerCase());
  return names.every((name) => name !== "*" && isToken(name)) ? [...new Set(names)].sort() : undefined;
}
