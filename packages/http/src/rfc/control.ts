import { type Item, parseDictionary } from "structured-headers";
import { CacheControl, type Directive } from "../fields/cache-control.js";
import type { HeaderReader } from "../message/header-list.js";

/** What a response says to this cache. */
export interface ResponseControl {
  readonly control: CacheControl;
  /** Whether it was said in a targeted field, which stands in the place of Cache-Control and Expires. */
  readonly isTargeted: boolean;
}

// Those whose argument is a number: with anything else, the field cannot be meant.
const NUMERIC = new Set(["max-age", "s-maxage", "stale-while-revalidate", "stale-if-error"]);

/**
 * Returns what the first of the fields `targets` says that is there, valid and not empty, else what Cache-Control does
 * (RFC 9213 §2.2).
 */
export function controlOf(headers: HeaderReader, targets: readonly string[]): ResponseControl {
  for (const target of targets) {
    const directives = readTargeted(headers.get(target));
    if (directives !== undefined) return { control: new CacheControl(directives), isTargeted: true };
  }
  return { control: CacheControl.parse(headers.get("cache-control")), isTargeted: false };
}

/** Returns the directives of a targeted field, a dictionary of RFC 9651; `undefined` where it is to be ignored as a whole. */
function readTargeted(field: string | null): Directive[] | undefined {
  if (field === null) return undefined;
  try {
    const directives: Directive[] = [];
    for (const [name, [value]] of parseDictionary(field)) {
      if (NUMERIC.has(name) && !Number.isInteger(value)) return undefined;
      if (value !== false) directives.push({ name, argument: argumentOf(value) });
    }
    return directives.length === 0 ? undefined : directives;
  } catch {
    return undefined;
  }
}

function argumentOf(value: Item[0] | Item[]): string | undefined {
  if (value === true) return undefined;
  // As Cache-Control would have it, whose lists of field names are quoted.
  return typeof value === "number" ? String(value) : `"${String(value)}"`;
}
