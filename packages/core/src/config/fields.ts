import { describe, quote } from "../describe.js";
import { InvalidConfigError } from "../errors.js";
import { closest } from "./closest.js";
import type { Reader } from "./readers.js";
import { describeSetting, redact } from "./redact.js";

/** A reader for each field of an object. */
export type Readers = Readonly<Record<string, Reader<unknown>>>;

/** What readers make of an object: a value for each of them. */
export type ValuesOf<R extends Readers> = {
  readonly [Name in keyof R]: R[Name] extends Reader<infer T> ? T : never;
};

/** Where an object stands, and how strictly it is read. */
export interface ReadContext {
  /** The path of the object, which an error begins with. */
  readonly path: string;
  /** Whether strings in it are text from a URI, to be read into the type that is wanted. */
  readonly fromText: boolean;
  /** Whether what cannot be read is ignored. */
  readonly lenient: boolean;
}

/**
 * Returns the value of each of `readers`, from the field of that name.
 *
 * @throws InvalidConfigError naming the field that cannot be read.
 */
export function readFields<R extends Readers>(fields: object, readers: R, context: ReadContext): ValuesOf<R> {
  const values = Object.entries(readers).map(([name, reader]) => [
    name,
    readField(fields, name, reader, context),
  ]);
  return Object.fromEntries(values) as ValuesOf<R>;
}

/**
 * Returns the value of the field `name`.
 *
 * @throws InvalidConfigError naming the field, if it cannot be read.
 */
function readField<T>(fields: object, name: string, reader: Reader<T>, context: ReadContext): T {
  const given: unknown = Reflect.get(fields, name);
  if (given === undefined) return reader.fallback;
  const value = reader.read(given, context.fromText);
  if (value !== undefined) return value;
  if (context.lenient) return reader.fallback;
  const got = describeSetting(name, given);
  throw new InvalidConfigError(`${fieldPath(context.path, name)} must be ${reader.expected}; got ${got}`);
}

/**
 * Checks that `fields` has no other than the `known` ones.
 *
 * @throws InvalidConfigError naming the one it should not have, and those it may.
 */
export function rejectUnknown(fields: object, known: readonly string[], path: string): void {
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const meant = closest(unknown, known);
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  const list = known.length === 0 ? "there are none" : `known are ${known.join(", ")}`;
  throw new InvalidConfigError(`${fieldPath(path, unknown)} is unknown${hint} (${list})`);
}

/**
 * Checks that `value` is an object with fields.
 *
 * @throws InvalidConfigError naming `path`.
 */
export function requireObject(value: unknown, path: string, expected = "an object"): asserts value is object {
  if (isObject(value)) return;
  const got = typeof value === "string" ? quote(redact(value)) : describe(value);
  throw new InvalidConfigError(`${path} must be ${expected}; got ${got}`);
}

/** Whether `value` is an object that may have fields, of whatever prototype. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fieldPath(path: string, name: string): string {
  return /^\w+$/.test(name) ? `${path}.${name}` : `${path}[${quote(redact(name))}]`;
}
