import { trim } from "./field-list.js";

// A backslash is a character like any other here, and so is a comma: this is no quoted string.
const TAG = '(?:W/)?"[\\x21\\x23-\\x7e\\x80-\\uffff]*"';
const ENTITY_TAG = new RegExp(`^${TAG}$`);
const MEMBER = new RegExp(`(?:^|,)[ \\t]*(${TAG})[ \\t]*(?=,|$)`, "g");

/** Whether `text` is an entity tag of RFC 9110 §8.8.3: `"x"`, or `W/"x"` for a weak one. */
export function isEntityTag(text: string): boolean {
  return ENTITY_TAG.test(text);
}

/** Returns the tags that If-Match or If-None-Match lists, without what is none, or `"*"` where it says that. */
export function parseEntityTags(field: string): "*" | readonly string[] {
  return trim(field) === "*" ? "*" : Array.from(field.matchAll(MEMBER), ([, tag = ""]) => tag);
}

/** Whether two tags are equal and neither is weak: the same bytes (RFC 9110 §8.8.3.2). */
export function strongMatch(one: string, other: string): boolean {
  return one === other && !isWeak(one);
}

/** Whether two tags are equal but for their weakness: as good as the same. */
export function weakMatch(one: string, other: string): boolean {
  return opaque(one) === opaque(other);
}

/** Returns the weak form of `tag`. */
export function weaken(tag: string): string {
  return isWeak(tag) ? tag : `W/${tag}`;
}

/** Returns `text` as a tag: itself where it is one, in quotes otherwise. */
export function quoteTag(text: string): string {
  return isEntityTag(text) ? text : `"${text}"`;
}

function isWeak(tag: string): boolean {
  return tag.startsWith("W/");
}

function opaque(tag: string): string {
  return isWeak(tag) ? tag.slice(2) : tag;
}
