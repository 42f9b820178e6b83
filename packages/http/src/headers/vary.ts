import { ArgumentError, describe } from "@cullet/core";
import { isToken, listMembers } from "../fields/field-list.js";
import type { FieldMap } from "../fields/field-map.js";
import type { HeaderReader } from "../message/header-list.js";

/**
 * Adds `names` to Vary: what stands there keeps its order and spelling, a name that is there in any letter case is not
 * added again, and a `*` swallows all others.
 *
 * @throws TypeError naming what came, if a name is neither the name of a field nor `*`.
 */
export function patchVaryHeaders(headers: FieldMap, names: readonly string[]): void {
  const members = listMembers(headers.get("Vary"));
  const present = new Set(members.map((member) => member.toLowerCase()));
  for (const name of names) {
    checkName(name);
    if (present.has(name.toLowerCase())) continue;
    present.add(name.toLowerCase());
    members.push(name);
  }
  if (members.length > 0) headers.set("Vary", present.has("*") ? "*" : members.join(", "));
}

/** Whether Vary lists `name`, in any letter case. */
export function hasVaryHeader(headers: HeaderReader, name: string): boolean {
  const wanted = name.toLowerCase();
  return listMembers(headers.get("Vary")).some((member) => member.toLowerCase() === wanted);
}

function checkName(name: unknown): void {
  if (typeof name === "string" && isToken(name)) return;
  throw new ArgumentError(
    `a name for Vary must be that of a field, like "Cookie", or "*"; got ${describe(name)}`,
  );
}
