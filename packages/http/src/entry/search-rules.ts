import { randomUUID } from "node:crypto";
import type { Cache } from "@cullet/core";
import { parseNoVarySearch, queryUnder, type SearchRule } from "../fields/no-vary-search.js";
import type { HeaderReader } from "../message/header-list.js";
import { pathKey, searchKey } from "./keys.js";

/** The rule by which the URLs of a path are told apart. */
export interface PathRule {
  /** Part of the keys of all that is stored by it: what was stored by an earlier one is never found again. */
  readonly id: string;
  readonly rule: SearchRule;
  /** When it is forgotten, in milliseconds since 1970. It outlives what is stored by it. */
  readonly until: number;
}

/** Returns the key of what is known of `url`, and of all URLs that are the same by a rule. */
export function keyUnder({ id, rule }: PathRule, url: string): string {
  const at = url.indexOf("?");
  return searchKey(url, id, queryUnder(rule, at < 0 ? "" : url.slice(at + 1)));
}

/** Returns the rule of the path of `url`; `undefined` where each of its URLs is a page of its own. */
export async function pathRule(cache: Cache, url: string): Promise<PathRule | undefined> {
  const stored = await cache.get(pathKey(url));
  return isPathRule(stored) ? stored : undefined;
}

/**
 * Whether a response with `headers` goes by `known`, under which it was asked for. Where it does not, what it says is the rule
 * of its path from then on; it cannot be stored itself, since a purge may have come meanwhile for a URL that is only now the
 * same.
 */
export async function followsRule(
  cache: Cache,
  {
    url,
    known,
    until,
  }: { readonly url: string; readonly known: PathRule | undefined; readonly until: number },
  headers: HeaderReader,
): Promise<boolean> {
  const rule = parseNoVarySearch(headers.get("no-vary-search"));
  const follows = isSame(rule, known?.rule);
  if (rule === undefined) {
    if (known !== undefined) await cache.delete(pathKey(url));
  } else if (!follows || known === undefined || known.until < until) {
    const spared = Math.min(until + (until - Date.now()), Number.MAX_SAFE_INTEGER);
    const learned: PathRule = { id: follows && known ? known.id : randomUUID(), rule, until: spared };
    const timeout = spared === Number.MAX_SAFE_INTEGER ? null : Math.max(1, (spared - Date.now()) / 1_000);
    await cache.set(pathKey(url), learned, { timeout });
  }
  return follows;
}

function isSame(one: SearchRule | undefined, other: SearchRule | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Whether what was read is what is written here, since whoever can write to the store may have written it. */
function isPathRule(stored: unknown): stored is PathRule {
  if (typeof stored !== "object" || stored === null) return false;
  const { id, rule, until } = stored as Partial<Record<keyof PathRule, unknown>>;
  if (typeof id !== "string" || typeof until !== "number") return false;
  if (typeof rule !== "object" || rule === null) return false;
  const { ignoresOrder, ignoresAll, names } = rule as Partial<Record<keyof SearchRule, unknown>>;
  return (
    typeof ignoresOrder === "boolean" &&
    typeof ignoresAll === "boolean" &&
    Array.isArray(names) &&
    names.every((name) => typeof name === "string")
  );
}
