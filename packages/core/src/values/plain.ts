import { MAX_DEPTH } from "./limits.js";

/**
 * Returns `value` as JSON where that keeps it whole: only plain objects, dense arrays, strings, finite numbers, booleans
 * and `null`, each object once, within the depth limit. Else `undefined`.
 *
 * A look through the value costs a part of what `JSON.stringify` does. It reads accessors once, and `JSON.stringify`
 * once more.
 */
export function plainText(value: unknown): string | undefined {
  try {
    return isPlain(value) ? JSON.stringify(value) : undefined;
  } catch {
    // The slower way meets it again, and can say where it is.
    return undefined;
  }
}

function isPlain(value: unknown): boolean {
  return isJsonPrimitive(value) || (isObject(value) && new PlainCheck().isPlain(value, 1));
}

// Up to here, looking through a list is quicker than hashing.
const LISTED = 24;

class PlainCheck {
  readonly #first: object[] = [];
  #rest: Set<object> | undefined;

  isPlain(value: object, depth: number): boolean {
    if (depth > MAX_DEPTH || this.#isKnown(value)) return false;
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Array.prototype) return this.#isPlainArray(value as unknown[], depth);
    return prototype === Object.prototype && this.#isPlainObject(value as Record<string, unknown>, depth);
  }

  #isPlainObject(value: Record<string, unknown>, depth: number): boolean {
    if (value.toJSON !== undefined || hasSymbols(value)) return false;
    // Quicker than Object.keys. What somebody added to Object.prototype does no harm by being looked at.
    for (const key in value) {
      const child = value[key];
      if (!isJsonPrimitive(child) && !(isObject(child) && this.isPlain(child, depth + 1))) return false;
    }
    return true;
  }

  #isPlainArray(value: unknown[], depth: number): boolean {
    if (!isDense(value, Object.keys(value)) || "toJSON" in value || hasSymbols(value)) return false;
    for (let i = 0; i < value.length; i++) {
      const child = value[i];
      if (!isJsonPrimitive(child) && !(isObject(child) && this.isPlain(child, depth + 1))) return false;
    }
    return true;
  }

  #isKnown(value: object): boolean {
    const first = this.#first;
    if (this.#rest === undefined) {
      for (let i = 0; i < first.length; i++) if (first[i] === value) return true;
      if (first.length < LISTED) {
        first.push(value);
        return false;
      }
      this.#rest = new Set(first);
    }
    const { size } = this.#rest;
    return this.#rest.add(value).size === size;
  }
}

/** Whether the own enumerable `keys` of `array` are its indices, one and all, and nothing else. */
export function isDense(array: readonly unknown[], keys: readonly string[]): boolean {
  // Indices come first and in order, so the last key tells of them all.
  const { length } = array;
  return keys.length === length && (length === 0 || keys[length - 1] === String(length - 1));
}

function isJsonPrimitive(value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && (value !== 0 || 1 / value > 0);
    default:
      return value === null;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function hasSymbols(value: object): boolean {
  return Object.getOwnPropertySymbols(value).length > 0;
}
