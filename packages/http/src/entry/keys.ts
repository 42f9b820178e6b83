import { hash } from "node:crypto";
import { BoundedMap } from "../bounded-map.js";
import { ENTRY_FORMAT } from "./entry.js";

const HASH_CHARACTERS = 32;

// Most requests have none of the fields that their pages vary on. What others have, credentials among it, is not kept.
const REMEMBERED = 1_000;
const ofAbsent = new BoundedMap<string, string>(REMEMBERED);

/**
 * Returns the key of what is known of a URL, whatever the layer and its prefix; the same for HEAD as for GET.
 *
 * The scheme and the host have no case, and a default port says nothing; the path and the query stay byte for byte what
 * they are, since the framework routes by them (reference: RFC 9111 §2, RFC 3986 §6.2).
 */
export function recordKey(url: string): string {
  return `http:${ENTRY_FORMAT}:${hashOf([normalUrl(url)])}`;
}

/** Returns the key of the rule by which the URLs of the path of `url` are told apart. */
export function pathKey(url: string): string {
  return `http:${ENTRY_FORMAT}:${hashOf([pathOf(url), "search"])}`;
}

/** Returns the key of what is known of the URLs of a path whose query comes to `query` by the rule `rule`. */
export function searchKey(url: string, rule: string, query: string): string {
  return `http:${ENTRY_FORMAT}:${hashOf([pathOf(url), rule, query])}`;
}

function pathOf(url: string): string {
  return normalUrl(url).split("?", 1)[0] as string;
}

/** Where the variants of a URL are: those of one generation, in one layer. */
export interface VariantPlace {
  readonly record: string;
  readonly generation: string;
  readonly scope: string;
}

/** Returns the key of the entry for requests that have these values in these fields; `undefined` where one is absent. */
export function variantKey(
  { record, generation, scope }: VariantPlace,
  fields: readonly (readonly [name: string, value: string | undefined])[],
): string {
  const place = `${record}:${generation}:${scope}`;
  if (fields.length === 0) return place;
  let text = "";
  let areAbsent = true;
  // Absent is not empty.
  for (const [name, value] of fields) {
    text += withLength(name) + withLength(value === undefined ? "-" : "+") + withLength(value ?? "");
    if (value !== undefined) areAbsent = false;
  }
  return `${place}:${areAbsent ? hashOfAbsent(text) : hashOfText(text)}`;
}

function hashOfAbsent(text: string): string {
  const known = ofAbsent.get(text);
  if (known !== undefined) return known;
  const hashed = hashOfText(text);
  ofAbsent.set(text, hashed);
  return hashed;
}

/** Returns a hash of `parts`, each with its length before it, so that no two lists of parts look the same. */
export function hashOf(parts: readonly string[]): string {
  return hashOfText(parts.map(withLength).join(""));
}

function hashOfText(text: string): string {
  return hash("sha256", text, "base64url").slice(0, HASH_CHARACTERS);
}

function withLength(part: string): string {
  return `${part.length}:${part}`;
}

const URL_PARTS = /^([A-Za-z][A-Za-z\d+.-]*):\/\/([^/?#]*)([^#]*)/;
const DEFAULT_PORT: Readonly<Record<string, RegExp>> = { http: /:(?:80)?$/, https: /:(?:443)?$/ };

/** Returns `url` with scheme and host in lower case, without a default port and a fragment, and with a path. */
function normalUrl(url: string): string {
  const [, scheme = "", host = "", rest = ""] = URL_PARTS.exec(url) ?? [];
  if (scheme === "") return url;
  const lower = scheme.toLowerCase();
  const port = DEFAULT_PORT[lower];
  const shown = host.toLowerCase();
  return `${lower}://${port === undefined ? shown : shown.replace(port, "")}${rest.startsWith("/") ? rest : `/${rest}`}`;
}

/** Returns the origin of `url`, in the form of `normalUrl`. */
export function originOf(url: string): string {
  const normal = normalUrl(url);
  return normal.slice(0, normal.indexOf("/", normal.indexOf("://") + 3));
}
