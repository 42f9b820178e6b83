import type { HeaderList } from "../message/header-list.js";

// RFC 9111 §3.2: these describe the bytes that are stored.
const ABOUT_THE_BODY = new Set([
  "content-digest",
  "content-encoding",
  "content-length",
  "content-md5",
  "content-range",
  "content-type",
]);

/** Returns the stored fields with those of a 304 in their place (RFC 9111 §3.2, §4.3.4). */
export function updatedHeaders(stored: HeaderList, fresh: HeaderList): HeaderList {
  const updated = stored.clone();
  const replaced = new Set<string>();
  for (const [name, value] of fresh) {
    const lower = name.toLowerCase();
    if (ABOUT_THE_BODY.has(lower)) continue;
    if (replaced.has(lower)) {
      updated.append(name, value);
    } else {
      updated.delete(name);
      updated.append(name, value);
      replaced.add(lower);
    }
  }
  return updated;
}
