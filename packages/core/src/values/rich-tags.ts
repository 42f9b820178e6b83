/**
 * What JSON has no word for is an array that begins with one of these in the stored text. All else in it is JSON, and
 * means itself. A tag keeps its meaning for ever.
 */
export const Tag = {
  /** `[tag, …elements]`: an array whose own first element begins with `~`. */
  literal: "~",
  /** `[tag, n]`: the n-th object once more, counted from 0 in the order in which they begin in the text. */
  again: "~=",
  /** `[tag, length, properties]`: an array with holes, or with properties that are no indices. */
  array: "~a",
  /** `[tag, code, length]`: that many of the bytes beside the text, as the binary type of that code. */
  binary: "~b",
  /** `[tag, ms]`, or `null` where it is invalid. */
  date: "~d",
  /** `[tag, class, hidden, properties]`: an error; hidden are its own properties that are not enumerable. */
  error: "~e",
  /** `[tag, digits]`: a bigint in hexadecimal, since that is read in linear time. */
  bigint: "~i",
  /** `[tag, href]` */
  url: "~l",
  /** `[tag, key, value, key, value, …]` */
  map: "~m",
  /** `[tag, digits]`: NaN, Infinity, -Infinity or -0. */
  number: "~n",
  /** `[tag, primitive]`: the object around a primitive. */
  boxed: "~o",
  /** `[tag, properties]`: an object without prototype. */
  nullPrototype: "~p",
  /** `[tag, source, flags]` */
  regExp: "~r",
  /** `[tag, …elements]` */
  set: "~s",
  /** `[tag]` */
  undefined: "~u",
} as const;

/** What every tag begins with. */
export const TAG_MARK = "~";

/** What JSON text is written from and read into. */
export type Json = string | number | boolean | null | Json[] | JsonObject;

/** Properties; `__proto__` is one like all others. */
export interface JsonObject {
  [key: string]: Json;
}

/** Sets a property of `target`'s own, whatever its name is. */
export function setOwn(target: JsonObject, key: string, value: Json): void {
  // An assignment may go to what is inherited, as `__proto__` does, or fail for it, where a prototype is frozen.
  if (key in target) {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    target[key] = value;
  }
}
