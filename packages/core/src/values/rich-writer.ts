import { types } from "node:util";
import { SerializationError } from "../errors.js";
import { type Binary, binaryCode, bytesOf, isBinary, isResizable } from "./binary.js";
import { isBuiltin, isForeignRoot, type StandardClass } from "./builtin.js";
import { errorClass, HIDDEN_PROPERTIES } from "./error-classes.js";
import { MAX_DEPTH } from "./limits.js";
import { renderPath, type Step } from "./path.js";
import { isDense } from "./plain.js";
import { refused } from "./refused.js";
import { type Json, type JsonObject, setOwn, TAG_MARK, Tag } from "./rich-tags.js";

/** What a value becomes that JSON alone does not keep. */
export interface Rich {
  /** Tagged JSON. */
  readonly text: string;
  /** The binary parts in the order of their tags. Still the caller's memory, to be copied at once. */
  readonly chunks: readonly Uint8Array[];
}

// Fake timers, in users' tests, replace Date: dates of either kind are then about.
const FirstDate = Date;

const OWN_PROPERTIES = "has properties of its own, which cannot be kept";

/**
 * Returns tagged JSON for any value that is data.
 *
 * @throws SerializationError with the path to what is not.
 */
export function writeRich(value: unknown): Rich {
  const writer = new RichWriter();
  return { text: writer.write(value), chunks: writer.chunks };
}

class RichWriter {
  readonly chunks: Uint8Array[] = [];
  readonly #places = new Map<object, number>();
  readonly #path: Step[] = [];

  write(value: unknown): string {
    try {
      if (value === undefined) throw this.#refused("is undefined, which cannot be kept");
      return JSON.stringify(this.#node(value));
    } catch (error) {
      // An accessor or a Proxy may throw anything, and the engine too where the text gets too long.
      throw error instanceof SerializationError ? error : this.#refused("cannot be read or written", error);
    }
  }

  #node(value: unknown): Json {
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "number":
        return Number.isFinite(value) && !Object.is(value, -0) ? value : [Tag.number, writeSpecial(value)];
      case "bigint":
        return [Tag.bigint, value.toString(16)];
      case "undefined":
        return [Tag.undefined];
      case "object":
        return value === null ? null : this.#object(value);
      default:
        throw this.#refused(`is a ${typeof value}, which cannot be kept`);
    }
  }

  #object(value: object): Json {
    if (this.#path.length >= MAX_DEPTH) throw this.#refused(`is nested deeper than ${MAX_DEPTH} levels`);
    const place = this.#places.get(value);
    if (place !== undefined) return [Tag.again, place];
    this.#places.set(value, this.#places.size);

    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) return this.#properties(value);
    if (Array.isArray(value)) return this.#array(value);
    if (prototype === null) return [Tag.nullPrototype, this.#properties(value)];
    if (types.isDate(value)) return this.#date(value);
    if (types.isMap(value)) return this.#map(value);
    if (types.isSet(value)) return this.#set(value);
    if (isBinary(value)) return this.#binary(value);
    if (types.isNativeError(value)) return this.#error(value);
    if (types.isRegExp(value)) return this.#regExp(value);
    if (types.isBoxedPrimitive(value)) return this.#boxed(value);
    if (value instanceof URL) return this.#url(value);
    if (isForeignRoot(prototype)) return this.#properties(value);
    throw this.#instance(value);
  }

  #properties(value: object): JsonObject {
    const properties: JsonObject = {};
    for (const key of Object.keys(value)) {
      setOwn(properties, key, this.#property(value, key));
    }
    this.#refuseSymbols(value);
    return properties;
  }

  #array(value: readonly unknown[]): Json {
    this.#expect(value, Array, 2);
    if (!isDense(value, Object.keys(value))) return [Tag.array, value.length, this.#properties(value)];
    this.#refuseSymbols(value);
    const elements: Json[] = [];
    for (let at = 0; at < value.length; at++) elements.push(this.#property(value, at));
    const [first] = elements;
    if (typeof first === "string" && first.startsWith(TAG_MARK)) elements.unshift(Tag.literal);
    return elements;
  }

  #date(value: Date): Json {
    this.#expectBare(value, Object.getPrototypeOf(value) === FirstDate.prototype ? FirstDate : Date, 2);
    const ms = value.getTime();
    return [Tag.date, Number.isNaN(ms) ? null : ms];
  }

  #map(value: ReadonlyMap<unknown, unknown>): Json {
    this.#expectBare(value, Map, 2);
    const entries: Json[] = [Tag.map];
    let at = 0;
    for (const [key, entry] of value) {
      entries.push(this.#child({ of: "keys", at }, key), this.#child({ of: "values", at }, entry));
      at++;
    }
    return entries;
  }

  #set(value: ReadonlySet<unknown>): Json {
    this.#expectBare(value, Set, 2);
    const elements: Json[] = [Tag.set];
    for (const element of value)
      elements.push(this.#child({ of: "values", at: elements.length - 1 }, element));
    return elements;
  }

  #binary(value: Binary): Json {
    const code = binaryCode(value);
    if (code === undefined) {
      throw isResizable(value)
        ? this.#refused("is a resizable ArrayBuffer, which cannot be kept")
        : this.#instance(value);
    }
    const bytes = bytesOf(value);
    this.chunks.push(bytes);
    return [Tag.binary, code, bytes.length];
  }

  #error(value: Error): Json {
    const name = errorClass(value);
    if (name === undefined) throw this.#instance(value);
    const hidden: JsonObject = {};
    for (const key of HIDDEN_PROPERTIES) {
      if (!Object.hasOwn(value, key) || Object.prototype.propertyIsEnumerable.call(value, key)) continue;
      // Error.prepareStackTrace can make anything of a stack.
      if (key === "stack" && typeof value.stack !== "string") continue;
      hidden[key] = this.#property(value, key);
    }
    return [Tag.error, name, hidden, this.#properties(value)];
  }

  #regExp(value: RegExp): Json {
    this.#expectBare(value, RegExp, 2);
    return [Tag.regExp, value.source, value.flags];
  }

  #boxed(value: object): Json {
    const primitive: unknown = value.valueOf();
    const standard = [Number, String, Boolean, BigInt].find(
      (made) => typeof primitive === made.name.toLowerCase(),
    );
    if (standard === undefined) throw this.#refused("is a symbol, which cannot be kept");
    this.#expect(value, standard, 2);
    // The characters of a string are properties of the object around it.
    const length = typeof primitive === "string" ? primitive.length : 0;
    if (Object.keys(value).length > length) throw this.#refused(OWN_PROPERTIES);
    return [Tag.boxed, this.#node(primitive)];
  }

  #url(value: URL): Json {
    this.#expectBare(value, URL, 2);
    return [Tag.url, value.href];
  }

  #property(holder: object, key: string | number): Json {
    this.#path.push(key);
    const node = this.#node((holder as Record<string | number, unknown>)[key]);
    this.#path.pop();
    return node;
  }

  #child(step: Step, value: unknown): Json {
    this.#path.push(step);
    const node = this.#node(value);
    this.#path.pop();
    return node;
  }

  #expect(value: object, standard: StandardClass, levels: number): void {
    if (!isBuiltin(value, standard, levels)) throw this.#instance(value);
  }

  #expectBare(value: object, standard: StandardClass, levels: number): void {
    this.#expect(value, standard, levels);
    if (Object.keys(value).length > 0) throw this.#refused(OWN_PROPERTIES);
  }

  #refuseSymbols(value: object): void {
    for (const symbol of Object.getOwnPropertySymbols(value)) {
      if (!Object.prototype.propertyIsEnumerable.call(value, symbol)) continue;
      throw this.#refused("has a property keyed by a symbol, which cannot be kept");
    }
  }

  #instance(value: object): SerializationError {
    const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
    const what =
      typeof name === "string" && name !== "" ? `an instance of ${name}` : "an object of no known class";
    return this.#refused(`is ${what}, which cannot be kept`);
  }

  #refused(problem: string, cause?: unknown): SerializationError {
    return refused(renderPath(this.#path), problem, cause);
  }
}

function writeSpecial(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
