import { type Awaitable, type Cache, describe, isTimeout, quote, type Timeout } from "@cullet/core";
import { fragment } from "./fragment.js";

/** What the tag of either engine is told. */
export interface CacheTagOptions {
  /** Where fragments are kept, unless `caches` has the alias `template_fragments`. */
  cache: Cache;
  /** The caches that `using="alias"` picks from, by alias: what `createCaches` returns, or an object of your own. @default none */
  caches?: object;
}

/** An argument of the tag, where its template says it and what that gave. */
export interface Argument {
  readonly source: string;
  readonly value: unknown;
}

/** What one tag was given in a template. */
export interface CacheTagArguments {
  readonly timeout: Argument;
  readonly name: string;
  readonly vary: readonly unknown[];
  readonly using: Argument | undefined;
}

export const TOO_FEW = '"cache" tag requires at least 2 arguments: a timeout and a name';
export const USING_NOT_LAST = '"cache" tag takes using="alias" as its last argument only';

/** The alias that is preferred where no other is named, as in Django. */
const PREFERRED = "template_fragments";
const DIGITS = /^-?\d+(\.\d+)?$/;

/** Returns the text of the block between the tags, from the cache or from `render`. */
export async function renderTag(
  options: CacheTagOptions,
  { timeout, name, vary, using }: CacheTagArguments,
  render: () => Awaitable<string>,
): Promise<string> {
  return fragment(cacheOf(options, using), { name, vary, timeout: timeoutOf(timeout) }, render);
}

function timeoutOf(argument: Argument): Timeout {
  const value = known(argument);
  // Django takes digits in a text for a number.
  const timeout = typeof value === "string" && DIGITS.test(value) ? Number(value) : value;
  if (isTimeout(timeout)) return timeout;
  throw new TypeError(
    `"cache" tag got a wrong timeout value: ${describe(value)}; it must be seconds, a text like "5m", or null for ever`,
  );
}

function cacheOf({ cache, caches = {} }: CacheTagOptions, using: Argument | undefined): Cache {
  if (using === undefined) return cacheNamed(caches, PREFERRED) ?? cache;
  const alias = known(using);
  const named = typeof alias === "string" ? cacheNamed(caches, alias) : undefined;
  if (named !== undefined) return named;
  throw new TypeError(
    `Invalid cache name specified for "cache" tag: ${describe(alias)}; the names are ${Object.keys(caches).map(quote).join(", ") || "none"}`,
  );
}

function cacheNamed(caches: object, alias: string): Cache | undefined {
  // What `createCaches` returns throws for other aliases, and has methods that it does not list.
  const isThere = Object.prototype.propertyIsEnumerable.call(caches, alias);
  return isThere ? (caches as Record<string, Cache>)[alias] : undefined;
}

function known({ source, value }: Argument): unknown {
  if (value === undefined) throw new TypeError(`"cache" tag got an unknown variable: ${quote(source)}`);
  return value;
}
