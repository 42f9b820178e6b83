import { isEntityTag } from "../fields/entity-tag.js";
import { parseHttpDate } from "../fields/http-date.js";
import type { HeaderReader } from "../message/header-list.js";

/** What tells one state of a resource from another. */
export interface Validators {
  /** The entity tag, in its quotes. */
  readonly etag?: string;
  /** When it last changed, in milliseconds since 1970, of which only the whole seconds count. */
  readonly lastModified?: number;
  /** When the response that says so was sent, in milliseconds since 1970. */
  readonly date?: number;
  /** Whether there is a resource at all. @default whether one of the others is there */
  readonly exists?: boolean;
}

/** Returns the validators of a response that stands for a resource; what is malformed is none. */
export function validatorsOf(headers: HeaderReader): Validators {
  const etag = headers.get("ETag");
  return {
    etag: etag !== null && isEntityTag(etag) ? etag : undefined,
    lastModified: parseHttpDate(headers.get("Last-Modified")),
    date: parseHttpDate(headers.get("Date")),
    exists: true,
  };
}
