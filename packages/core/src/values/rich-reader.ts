import { makeBinary } from "./binary.js";
import { bareError } from "./error-classes.js";
import { MAX_DEPTH } from "./limits.js";
import { type Json, type JsonObject, TAG_MARK, Tag } from "./rich-tags.js";

/**
 * Returns the value of tagged JSON and the binary parts beside it.
 *
 * @throws Error of whatever kind where they were not written by `writeRich`. Neither the time nor the memory taken is
 * out of proportion to the length of the input, and nothing in the input is run.
 */
export function readRich(text: string, bytes: Uint8Array): unknown {
  const reader = new RichReader(bytes);
  const value = reader.value(JSON.parse(text));
  reader.end();
  return value;
}

const NUMBERS = new Map<Json | undefined, number>([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);

const HEXADECIMAL = /^-?[0-9a-f]+$/;

// Above so many absent elements for each present one, an array is better a table than a row.
const SPARSE = 8;

class RichReader {
  readonly #bytes: Uint8Array;
  readonly #objects: object[] = [];
  #bytesAt = 0;
  #depth = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  value(json: Json | undefined): unknown {
    if (typeof json !== "object" || json === null) return present(json);
    // One more, since a tagged primitive may stand where the nesting ends.
    if (++this.#depth > MAX_DEPTH + 1) throw malformed();
    const value = Array.isArray(json) ? this.#array(json) : this.#object(json);
    this.#depth--;
    return value;
  }

  /** Ends the reading. Nothing may be left over. */
  end(): void {
    if (this.#bytesAt !== this.#bytes.length) throw malformed();
  }

  #array(json: Json[]): unknown {
    const [first] = json;
    if (typeof first === "string" && first.startsWith(TAG_MARK)) return this.#tagged(first, json);
    return this.#elements(json);
  }

  #tagged(tag: string, json: Json[]): unknown {
    const [, first, second, third] = json;
    switch (tag) {
      case Tag.literal:
        json.shift();
        return this.#elements(json);
      case Tag.again:
        return this.#again(first);
      case Tag.array:
        return this.#sparse(first, second);
      case Tag.binary:
        return this.#add(makeBinary(whole(first), this.#take(whole(second))));
      case Tag.date:
        return this.#add(readDate(first));
      case Tag.error:
        return this.#error(first, second, third);
      case Tag.bigint:
        return readBigint(first);
      case Tag.url:
        return this.#add(new URL(string(first)));
      case Tag.map:
        return this.#map(json);
      case Tag.number:
        return present(NUMBERS.get(first));
      case Tag.boxed:
        return this.#boxed(first);
      case Tag.nullPrototype:
        return this.#define(this.#add(Object.create(null)), object(first), true);
      case Tag.regExp:
        return this.#add(new RegExp(string(first), string(second)));
      case Tag.set:
        return this.#set(json);
      case Tag.undefined:
        return undefined;
      default:
        throw malformed();
    }
  }

  // What stands for a value gives way to it, in the arrays and objects that JSON.parse made.
  #elements(json: Json[]): unknown[] {
    const elements: unknown[] = this.#add(json);
    for (let at = 0; at < json.length; at++) elements[at] = this.value(json[at]);
    return elements;
  }

  #object(json: JsonObject): object {
    const properties: Record<string, unknown> = this.#add(json);
    // An assignment to a property of one's own is safe, whatever its name is.
    for (const key of Object.keys(json)) properties[key] = this.value(json[key]);
    return properties;
  }

  #define<T extends object>(target: T, json: JsonObject, enumerable: boolean): T {
    for (const key of Object.keys(json)) {
      const value = this.value(json[key]);
      Object.defineProperty(target, key, { value, enumerable, writable: true, configurable: true });
    }
    return target;
  }

  #again(place: Json | undefined): object {
    const value = this.#objects[whole(place)];
    if (value === undefined) throw malformed();
    return value;
  }

  #sparse(length: Json | undefined, json: Json | undefined): unknown[] {
    const properties = object(json);
    const target: unknown[] = this.#add([]);
    // A length alone makes room for so many elements, unless the array is so long at first that it becomes a table.
    if (whole(length) > SPARSE * (Object.keys(properties).length + 1)) target.length = 2 ** 32 - 1;
    target.length = whole(length);
    if (Object.hasOwn(properties, "length")) throw malformed();
    this.#define(target, properties, true);
    if (target.length !== length) throw malformed();
    return target;
  }

  #error(name: Json | undefined, hidden: Json | undefined, properties: Json | undefined): Error {
    const error = this.#add(bareError(name));
    this.#define(error, object(hidden), false);
    return this.#define(error, object(properties), true);
  }

  #map(json: readonly Json[]): Map<unknown, unknown> {
    const map = this.#add(new Map<unknown, unknown>());
    for (let at = 1; at < json.length; at += 2) map.set(this.value(json[at]), this.value(json[at + 1]));
    return map;
  }

  #set(json: readonly Json[]): Set<unknown> {
    const set = this.#add(new Set<unknown>());
    for (let at = 1; at < json.length; at++) set.add(this.value(json[at]));
    return set;
  }

  #boxed(json: Json | undefined): object {
    const primitive = this.value(json);
    if (primitive === undefined || primitive === null || typeof primitive === "object") throw malformed();
    return this.#add(Object(primitive));
  }

  #take(length: number): Uint8Array {
    const start = this.#bytesAt;
    this.#bytesAt += length;
    if (this.#bytesAt > this.#bytes.length) throw malformed();
    return this.#bytes.subarray(start, this.#bytesAt);
  }

  #add<T extends object>(value: T): T {
    this.#objects.push(value);
    return value;
  }
}

function readDate(ms: Json | undefined): Date {
  if (ms === null) return new Date(Number.NaN);
  const date = new Date(typeof ms === "number" ? ms : Number.NaN);
  if (date.getTime() !== ms) throw malformed();
  return date;
}

function readBigint(digits: Json | undefined): bigint {
  const text = string(digits);
  if (!HEXADECIMAL.test(text)) throw malformed();
  return text.startsWith("-") ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`);
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw malformed();
  return value;
}

function string(json: Json | undefined): string {
  if (typeof json !== "string") throw malformed();
  return json;
}

function whole(json: Json | undefined): number {
  if (!Number.isSafeInteger(json) || (json as number) < 0) throw malformed();
  return json as number;
}

function object(json: Json | undefined): JsonObject {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw malformed();
  return json;
}

function malformed(): Error {
  return new SyntaxError("malformed tagged JSON");
}
