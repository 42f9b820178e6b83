import { hash } from "node:crypto";
import { describe } from "./describe.js";
import { ArgumentError } from "./errors.js";
import { binaryCode, bytesOf, isBinary } from "./values/binary.js";
import { isBuiltin, isForeignRoot } from "./values/builtin.js";
import { isDense } from "./values/plain.js";

/** The longest arguments, in characters, that are put into a key as they are. */
const READABLE_LENGTH = 100;
/** What every backend takes in a key. */
const PORTABLE = /^[\x21-\x7e]*$/;

/**
 * Returns a key for a call of the function `name`, or for what else differs by a list of values. Arguments that differ in
 * value or in type give keys that differ; those that are long, or have what not every backend takes in a key, stand there
 * as a digest.
 *
 * @param name without a parenthesis, at which it is told from the arguments.
 * @param path what the message of an error calls the arguments.
 * @throws TypeError with the path to an argument that has no value to tell it by.
 */
export function argumentKey(name: string, args: readonly unknown[], path = "arguments"): string {
  const texts = args.map((arg, at) => writeArgument(arg, `${path}[${at}]`, []));
  const text = texts.join(",");
  // No argument begins with a tilde.
  const isReadable = text.length <= READABLE_LENGTH && PORTABLE.test(text);
  return `${name}(${isReadable ? text : `~${hash("sha256", text, "base64url")}`})`;
}

function writeArgument(value: unknown, path: string, around: readonly object[]): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
      return `${value}n`;
    case "boolean":
    case "undefined":
      return String(value);
    case "object":
      return value === null ? "null" : writeObject(value, path, around);
    default:
      throw unkeyable(value, path);
  }
}

function writeObject(value: object, path: string, around: readonly object[]): string {
  if (around.includes(value)) throw new ArgumentError(`${path} contains itself, so it makes no key`);
  if (Object.getOwnPropertySymbols(value).length > 0) throw unkeyable(value, path);
  const inside = [...around, value];
  const writeList = (values: readonly unknown[]) =>
    values.map((item, at) => writeArgument(item, `${path}[${at}]`, inside)).join(",");
  const writeProperties = () =>
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, item]) => `${JSON.stringify(name)}:${writeArgument(item, `${path}.${name}`, inside)}`)
      .join(",");

  if (Array.isArray(value)) {
    const isList = isDense(value, Object.keys(value));
    return isList ? `[${writeList(value)}]` : `Array(${value.length},{${writeProperties()}})`;
  }
  const code = isBinary(value) ? binaryCode(value) : undefined;
  if (isBinary(value) && code !== undefined) {
    return `Bytes(${code},${Buffer.from(bytesOf(value)).toString("hex")})`;
  }
  if (isPlainObject(value)) return `{${writeProperties()}}`;
  if (Object.keys(value).length > 0) throw unkeyable(value, path);
  if (isBuiltin(value, Date, 2)) return `Date(${(value as Date).getTime()})`;
  if (isBuiltin(value, URL, 2)) return `URL(${JSON.stringify((value as URL).href)})`;
  if (isBuiltin(value, RegExp, 2)) return `RegExp(${JSON.stringify(String(value))})`;
  if (isBuiltin(value, Set, 2)) return `Set(${writeList([...(value as Set<unknown>)])})`;
  if (isBuiltin(value, Map, 2)) return `Map(${writeList([...(value as Map<unknown, unknown>)])})`;
  throw unkeyable(value, path);
}

function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || isForeignRoot(prototype);
}

function unkeyable(value: unknown, path: string): ArgumentError {
  return new ArgumentError(
    `${path} is ${describe(value)}, which makes no key; give what tells it from others, or a key of your own`,
  );
}
