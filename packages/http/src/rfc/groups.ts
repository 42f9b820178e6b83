import { isInnerList, parseList } from "structured-headers";
import { originOf } from "../entry/keys.js";
import type { HeaderReader } from "../message/header-list.js";
import type { RequestData } from "../message/message.js";

// RFC 9875 §2: a cache is to support at least 32 groups, of 32 characters each.
const MOST_GROUPS = 64;

/** Returns the tags of a response: its groups (RFC 9875 §2), which are those of its origin only. */
export function groupTags(request: RequestData, headers: HeaderReader): string[] {
  return tagsIn(request, headers.get("cache-groups"));
}

/** Returns the tags of the groups that the answer to an unsafe request invalidates (RFC 9875 §3). */
export function invalidatedTags(request: RequestData, headers: HeaderReader): string[] {
  return tagsIn(request, headers.get("cache-group-invalidation"));
}

function tagsIn(request: RequestData, field: string | null): string[] {
  if (field === null || request.url === undefined) return [];
  const origin = originOf(request.url);
  return groupsIn(field).map((group) => `http-group:${origin} ${group}`);
}

/** Returns the strings of a list of strings; none where it is not one. */
function groupsIn(field: string): string[] {
  try {
    const groups = parseList(field).map((member) => (isInnerList(member) ? undefined : member[0]));
    const isList = groups.every((group) => typeof group === "string");
    return isList ? [...new Set(groups as string[])].slice(0, MOST_GROUPS) : [];
  } catch {
    return [];
  }
}
