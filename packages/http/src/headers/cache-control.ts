import { BoundedMap } from "../bounded-map.js";
import { type Directive, formatDirectives, parseDirectives } from "../fields/cache-control.js";
import { parseDeltaSeconds } from "../fields/delta-seconds.js";
import type { FieldMap } from "../fields/field-map.js";
import type { HeaderReader } from "../message/header-list.js";
import { type CacheControlDirectives, readDirectives } from "./directives.js";

const OPPOSITES: ReadonlyMap<string, string> = new Map([
  ["private", "public"],
  ["public", "private"],
]);

/**
 * Adds `directives` to Cache-Control. What is there stays, but that the smaller max-age counts, that `private` and
 * `public` replace each other, and that `no-cache` for the whole response replaces one for some fields.
 *
 * @throws TypeError naming the directive and what came, where that cannot be written.
 */
export function patchCacheControl(headers: FieldMap, directives: CacheControlDirectives): void {
  addDirectives(headers, readDirectives(directives));
}

/** Does what `patchCacheControl` does, with directives that were read before. */
export function addDirectives(headers: FieldMap, added: readonly Directive[]): void {
  const patched = withDirectives(headers.get("Cache-Control"), added);
  if (patched !== "") headers.set("Cache-Control", patched);
}

/** Adds max-age, in seconds, as `patchCacheControl` does. */
export function addMaxAge(headers: FieldMap, seconds: number): void {
  const field = headers.get("Cache-Control") ?? "";
  const asked = `${seconds} ${field}`;
  let patched = patchedFields.get(asked);
  if (patched === undefined) {
    patched = withDirectives(field, [{ name: "max-age", argument: String(seconds) }]);
    if (field.length <= SHORT) patchedFields.set(asked, patched);
  }
  if (patched !== field) headers.set("Cache-Control", patched);
}

// A site says the same few things of all its pages.
const REMEMBERED = 64;
const SHORT = 256;
const patchedFields = new BoundedMap<string, string>(REMEMBERED);

/** Returns `field` with the directives `added`. */
function withDirectives(field: string | null, added: readonly Directive[]): string {
  const present = parseDirectives(field);
  const least = maxAgeOf(present) ?? Number.POSITIVE_INFINITY;
  const patched = merge(
    present.filter(({ name }) => !added.some((other) => other.name === OPPOSITES.get(name))),
    added.map((directive) => (directive.name === "max-age" ? atMost(directive, least) : directive)),
  );
  return formatDirectives(patched);
}

/** Returns max-age in seconds, the smallest of several; `undefined` where there is none, or one that cannot be read. */
export function getMaxAge(headers: HeaderReader): number | undefined {
  return maxAgeOf(parseDirectives(headers.get("Cache-Control")));
}

function maxAgeOf(directives: readonly Directive[]): number | undefined {
  const ages = directives
    .filter(({ name }) => name === "max-age")
    .map(({ argument }) => parseDeltaSeconds(argument) ?? Number.NaN);
  // One that cannot be read makes it NaN, none at all infinite.
  const least = Math.min(...ages);
  return Number.isFinite(least) ? least : undefined;
}

function atMost({ name, argument }: Directive, seconds: number): Directive {
  return { name, argument: String(Math.min(Number(argument), seconds)) };
}

/** Puts each of `added` where its namesakes are in `present`, or last. Only those of `no-cache` stand side by side. */
function merge(present: readonly Directive[], added: readonly Directive[]): Directive[] {
  const groups = new Map<string, Set<string | undefined>>();
  for (const directive of present) join(groups, directive);
  for (const directive of added) {
    if (directive.name !== "no-cache") groups.get(directive.name)?.clear();
    join(groups, directive);
  }
  return [...groups].flatMap(([name, said]) =>
    (said.has(undefined) ? [undefined] : [...said]).map((argument) => ({ name, argument })),
  );
}

function join(groups: Map<string, Set<string | undefined>>, { name, argument }: Directive): void {
  const said = groups.get(name);
  if (said === undefined) groups.set(name, new Set([argument]));
  else said.add(argument);
}
