import { isBuiltin } from "./builtin.js";

/** The errors that are kept, by name; all others are classes of somebody's own. */
const CLASSES = new Map<string, ErrorConstructor>(
  [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((made) => [
    made.name,
    made,
  ]),
);
const AGGREGATE = "AggregateError";

/** An error's own properties that are kept although they are not enumerable. */
export const HIDDEN_PROPERTIES: readonly string[] = ["name", "message", "stack", "cause", "errors"];

/** Returns the name of the standard class that `error` is of, in any realm; `undefined` for a subclass. */
export function errorClass(error: Error): string | undefined {
  const name = Object.getPrototypeOf(error)?.constructor?.name;
  if (name === AGGREGATE) return isBuiltin(error, AggregateError, 3) ? name : undefined;
  const known = CLASSES.get(name);
  return known && isBuiltin(error, known, known === Error ? 2 : 3) ? name : undefined;
}

/** Returns a new error of a standard class without a single property of its own. */
export function bareError(name: unknown): Error {
  const known = typeof name === "string" ? CLASSES.get(name) : undefined;
  if (known === undefined && name !== AGGREGATE) throw new TypeError("no such class of errors");
  const error = known ? new known() : new AggregateError([]);
  for (const key of Reflect.ownKeys(error)) Reflect.deleteProperty(error, key);
  return error;
}
